//! Servers that refuse, reset, hang, go away and talk nonsense.

use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http::Response;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::*;

type Exchange = (http::Request<RecvStream>, SendResponse<Bytes>);

/// Serves one connection after the other with `serve(number, connection)`.
async fn server<F, S>(serve: F) -> SocketAddr
where
    F: Fn(usize, h2::server::Connection<TcpStream, Bytes>) -> S + Send + Sync + 'static,
    S: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(number, h2::server::handshake(stream).await.unwrap()));
        }
    });
    address
}

async fn next(connection: &mut h2::server::Connection<TcpStream, Bytes>) -> Option<Exchange> {
    connection.accept().await.and_then(Result::ok)
}

/// Reads the request and answers OK.
async fn succeed((request, mut answer): Exchange) {
    let mut body = request.into_body();
    while let Some(Ok(data)) = body.data().await {
        drop(body.flow_control().release_capacity(data.len()));
    }
    let head = Response::builder().header("content-type", "application/grpc").body(()).unwrap();
    let mut stream = answer.send_response(head, false).unwrap();
    stream.send_data(Bytes::from_static(&[0, 0, 0, 0, 0]), false).unwrap();
    stream
        .send_trailers([("grpc-status".parse().unwrap(), "0".parse().unwrap())].into_iter().collect())
        .unwrap();
}

/// Answers all that comes, until the client is gone.
async fn succeed_always(mut connection: h2::server::Connection<TcpStream, Bytes>) {
    while let Some(exchange) = next(&mut connection).await {
        tokio::spawn(succeed(exchange));
    }
}

#[tokio::test]
async fn a_refused_stream_is_sent_again_at_once() {
    let address = server(|_, mut connection| async move {
        let (_, mut answer) = next(&mut connection).await.unwrap();
        answer.send_reset(Reason::REFUSED_STREAM);
        succeed_always(connection).await;
    })
    .await;
    assert_eq!(call(&build(&settings(address)), &[request("x", 100_000)]).await, Ok(Bytes::new()));
}

#[tokio::test]
async fn a_request_after_the_last_that_a_goaway_names_moves_to_a_new_connection_unseen() {
    let (seen, mut numbers) = mpsc::channel(8);
    let address = server(move |number, mut connection| {
        let seen = seen.clone();
        async move {
            if number == 0 {
                // goes away before it takes anything
                connection.abrupt_shutdown(Reason::NO_ERROR);
                drop(next(&mut connection).await);
                return;
            }
            seen.send(number).await.unwrap();
            succeed_always(connection).await;
        }
    })
    .await;
    let client = build(&settings(address));
    assert_eq!(call(&client, &[request("x", 100)]).await, Ok(Bytes::new()));
    assert_eq!(numbers.recv().await, Some(1));
}

#[tokio::test]
async fn a_request_before_a_goaway_is_answered_and_the_next_goes_elsewhere() {
    let (seen, mut numbers) = mpsc::channel(8);
    let address = server(move |number, mut connection| {
        let seen = seen.clone();
        async move {
            while let Some(exchange) = next(&mut connection).await {
                seen.send(number).await.unwrap();
                // connection age: no new requests, the one at hand is answered
                connection.graceful_shutdown();
                tokio::spawn(succeed(exchange));
            }
        }
    })
    .await;
    let client = build(&settings(address));
    for number in 0..3 {
        assert_eq!(call(&client, &[request("x", 100_000)]).await, Ok(Bytes::new()));
        assert_eq!(numbers.recv().await, Some(number));
    }
}

#[tokio::test]
async fn a_reset_or_a_cut_after_the_request_is_for_the_caller_to_repeat() {
    let address = server(|number, mut connection| async move {
        let (request, mut answer) = next(&mut connection).await.unwrap();
        match number {
            // cut: the connection is dropped with the request in it
            0 => drop(request),
            _ => {
                answer.send_reset(Reason::INTERNAL_ERROR);
                drop(next(&mut connection).await);
            }
        }
    })
    .await;
    let client = build(&settings(address));
    for _ in 0..2 {
        let error = call(&client, &[request("x", 200_000)]).await.unwrap_err();
        assert_eq!(error.code, Code::Unavailable, "{error}");
        assert!(error.message.starts_with(&address.to_string()), "{error}");
        client.close();
    }
}

#[tokio::test]
async fn a_dropped_call_is_cancelled_at_the_server() {
    let (seen, mut reasons) = mpsc::channel(1);
    let address = server(move |_, mut connection| {
        let seen = seen.clone();
        async move {
            let (_request, mut answer) = next(&mut connection).await.unwrap();
            seen.send(Reason::NO_ERROR).await.unwrap();
            tokio::spawn(async move { while next(&mut connection).await.is_some() {} });
            let reason = std::future::poll_fn(|cx| answer.poll_reset(cx)).await.unwrap();
            seen.send(reason).await.unwrap();
        }
    })
    .await;
    let client = build(&settings(address));
    let chunks = [request("x", 200_000)];
    tokio::select! {
        answer = call(&client, &chunks) => panic!("nobody answers: {answer:?}"),
        arrived = reasons.recv() => assert_eq!(arrived, Some(Reason::NO_ERROR)),
    }
    assert_eq!(reasons.recv().await, Some(Reason::CANCEL));
}

#[tokio::test]
async fn an_early_answer_ends_a_call_whose_body_is_not_sent_yet() {
    let address = server(|_, mut connection| async move {
        while let Some((request, mut answer)) = next(&mut connection).await {
            let head = Response::builder()
                .header("content-type", "application/grpc")
                .header("grpc-status", "8")
                .header("grpc-message", "grpc: received message larger than max");
            answer.send_response(head.body(()).unwrap(), true).unwrap();
            // nothing is read: the window stays shut
            std::mem::forget(request);
        }
    })
    .await;
    let error = call(&build(&settings(address)), &[request("x", 1 << 20)]).await.unwrap_err();
    assert!(error.is_too_large(), "{error}");
}

#[tokio::test]
async fn answers_that_are_not_grpc_have_a_status_all_the_same() {
    let cases: [(u16, &str, Code, Option<u64>); 5] = [
        (200, "text/html", Code::Unknown, Some(7)),
        (401, "text/html", Code::Unauthenticated, Some(7)),
        (404, "text/html", Code::Unimplemented, Some(7)),
        (429, "text/html", Code::Unavailable, Some(7)),
        (200, "application/grpc", Code::Unknown, None),
    ];
    for (status, content_type, code, wait) in cases {
        let address = server(move |_, mut connection| async move {
            while let Some((_, mut answer)) = next(&mut connection).await {
                let head = Response::builder().status(status).header("content-type", content_type);
                let head = head.header("retry-after", "7").body(()).unwrap();
                answer.send_response(head, true).unwrap();
            }
        })
        .await;
        let error = call(&build(&settings(address)), &[request("x", 0)]).await.unwrap_err();
        assert_eq!((error.code, error.retry_after), (code, wait.map(Duration::from_secs)), "{error}");
    }
}

#[tokio::test]
async fn nonsense_in_place_of_http2_is_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await);
            drop(stream.read(&mut [0; 1024]).await);
        }
    });
    let error = call(&build(&settings(address)), &[request("x", 0)]).await.unwrap_err();
    assert_eq!(error.code, Code::Unavailable, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_ping_that_is_not_answered_ends_the_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let keepalive = Some(KeepaliveConfig::default());
    let client = build(&GrpcSettings { keepalive, ..settings(address) });
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        // a kernel that takes bytes for a program that does nothing
        std::future::pending::<()>().await;
        drop(stream);
    });
    let error = call(&client, &[request("x", 0)]).await.unwrap_err();
    assert_eq!(error.code, Code::Unavailable, "{error}");
}
