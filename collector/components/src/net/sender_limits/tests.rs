//! Buckets, accounts and the table of senders.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use codeagent_pipeline::auth::Identity;
use codeagent_pipeline::telemetry::Counter;

use super::account::Bucket;
use super::*;

fn settings() -> PerSender {
    PerSender { bytes_per_second: Some(1000), max_senders: 100, ..PerSender::default() }
}

fn admission(settings: PerSender, by: By) -> Admission {
    Admission {
        connections_max: 10,
        limits: Some((by, SenderLimits::new("otlp", settings))),
        refused: Counter::default(),
    }
}

fn address(number: u32) -> IpAddr {
    Ipv4Addr::from(0x0a00_0000 + number).into()
}

#[test]
fn a_bucket_lets_the_mean_through_whatever_the_size_of_requests() {
    let start = Instant::now();
    for size in [1.0, 10.0, 300.0, 5000.0] {
        let mut bucket = Bucket::full(1000.0, Duration::from_secs(2), start);
        let mut taken = 0.0;
        for millisecond in 0..100_000 {
            if bucket.take(size, start + Duration::from_millis(millisecond)).is_ok() {
                taken += size;
            }
        }
        // 100 s at 1000, the savings of 2 s, and a last request on credit.
        assert!((99_000.0..=102_000.0 + size).contains(&taken), "{size}: {taken}");
    }
}

#[test]
fn whoever_is_in_debt_is_told_when_it_is_paid() {
    let start = Instant::now();
    let mut bucket = Bucket::full(1000.0, Duration::from_secs(1), start);
    bucket.take(4000.0, start).unwrap();
    let wait = bucket.take(1.0, start).unwrap_err();
    assert_eq!(wait, Duration::from_secs(3));
    assert!(bucket.take(1.0, start + wait + Duration::from_millis(1)).is_ok());
}

#[test]
fn a_greedy_sender_takes_nothing_from_the_others() {
    for by in [By::Address, By::Identity] {
        let admission = admission(settings(), by);
        let sender = |number: u32| {
            let peer = Arc::new(admission.open(address(if by == By::Address { number } else { 0 })).unwrap());
            (peer, Some(Identity::of(&number.to_be_bytes())))
        };
        let (greedy, greedy_identity) = sender(1);
        let (modest, modest_identity) = sender(2);
        let mut let_in = 0;
        while let Ok(admitted) = greedy.admit(greedy_identity) {
            let_in += usize::from(admitted.bytes(1500).is_ok());
        }
        assert_eq!(let_in, 2, "2000 bytes are saved up");
        let refused = greedy.admit(greedy_identity).unwrap_err();
        assert_eq!(refused.code, Code::ResourceExhausted);
        assert!(refused.retry_after.unwrap() > Duration::from_millis(500));
        modest.admit(modest_identity).unwrap().bytes(1500).unwrap();
    }
}

#[test]
fn connections_are_counted_by_sender_and_given_back() {
    let settings = PerSender { max_connections: Some(2), ..PerSender::default() };
    let by_address = admission(settings.clone(), By::Address);
    let open = [by_address.open(address(1)), by_address.open(address(1))];
    assert!(open.iter().all(Option::is_some));
    assert!(by_address.open(address(1)).is_none());
    assert!(by_address.open(address(2)).is_some());
    drop(open);
    assert!(by_address.open(address(1)).is_some());

    let by_identity = admission(settings, By::Identity);
    let peers: Vec<_> = (0..3).map(|_| Arc::new(by_identity.open(address(1)).unwrap())).collect();
    let identity = Some(Identity::of(b"agent"));
    peers[0].admit(identity).unwrap();
    peers[0].admit(identity).unwrap();
    peers[1].admit(identity).unwrap();
    let refused = peers[2].admit(identity).unwrap_err();
    assert_eq!((refused.code, refused.message.contains("connections")), (Code::ResourceExhausted, true));
    peers[2].admit(Some(Identity::of(b"other"))).unwrap();
}

#[test]
fn the_table_stays_bounded_under_100_000_addresses_and_100_000_tokens() {
    let limits = SenderLimits::new("otlp", settings());
    let now = Instant::now();
    let held = limits.account(Key::of_address(address(1)), now);
    let busy = Key::of_address(address(2));
    limits.account(busy, now).bytes(1_000_000, now).unwrap();
    for number in 3..100_003_u32 {
        limits.account(Key::of_address(address(number)), now);
        limits.account(Key::Identity(Identity::of(&number.to_be_bytes())), now);
        assert!(limits.account(busy, now).is_open(now).is_err(), "who goes on sending is not forgotten");
        assert!(limits.table.lock().len() <= 101);
    }
    let again = limits.account(Key::of_address(address(1)), now);
    assert!(Arc::ptr_eq(&held, &again), "who is connected is not forgotten");
}

#[test]
fn an_ipv6_network_is_one_sender() {
    let key = |text: &str| Key::of_address(text.parse::<Ipv6Addr>().unwrap().into());
    assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
    assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
    assert_eq!(key("::ffff:10.0.0.1"), Key::of_address(address(1)));
    assert_ne!(key("::ffff:10.0.0.1"), key("::ffff:10.0.0.2"));
}
