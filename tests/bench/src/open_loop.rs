//! Load that comes whether or not it is answered: requests at a fixed rate, as many senders who know nothing of each other.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::client::SendRequest;
use tokio::task::JoinSet;

use crate::load::{Load, connect};
use crate::numbered::Template;

const CONNECTIONS: usize = 4;

/// How much is sent, and how fast.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Items a second.
    pub rate: f64,
    /// For how long.
    pub time: Duration,
}

/// What became of one request.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The number of its first item.
    pub first: u64,
    /// Whether it was acknowledged.
    pub accepted: bool,
    /// From the moment at which it was due, so that what a slow answer holds up counts too.
    pub latency: Duration,
}

/// Sends spans with the numbers from 1 on. Nothing is sent again; a connection that is lost is made anew.
pub async fn run(load: Rc<Load>, port: u16, pace: Pace) -> anyhow::Result<Vec<Answer>> {
    let templates: Vec<Template> = load.bodies.iter().cloned().map(Template::new).collect();
    let clients: Vec<Rc<Client>> = (0..CONNECTIONS).map(|_| Rc::new(Client::new(port))).collect();
    for client in &clients {
        client.sender().await?;
    }
    let interval = Duration::from_secs_f64(load.items as f64 / pace.rate);
    let requests = (pace.time.as_secs_f64() / interval.as_secs_f64()) as usize;
    let (begun, mut answers) = (Instant::now(), JoinSet::new());
    for request in 0..requests {
        let due = begun + interval.mul_f64(request as f64);
        tokio::time::sleep_until(due.into()).await;
        let first = 1 + (request * load.items) as u64;
        let body = templates[request % templates.len()].numbered(first);
        let (load, client) = (load.clone(), clients[request % CONNECTIONS].clone());
        answers.spawn_local(async move {
            let accepted = client.send(&load, body).await;
            Answer { first, accepted, latency: due.elapsed() }
        });
    }
    Ok(answers.join_all().await)
}

/// One connection.
struct Client {
    port: u16,
    sender: RefCell<Option<SendRequest<Bytes>>>,
}

impl Client {
    fn new(port: u16) -> Self {
        Client { port, sender: RefCell::new(None) }
    }

    async fn sender(&self) -> anyhow::Result<SendRequest<Bytes>> {
        let known = self.sender.borrow().clone();
        if let Some(sender) = known {
            return Ok(sender);
        }
        let sender = connect(self.port).await?;
        Ok(self.sender.borrow_mut().get_or_insert(sender).clone())
    }

    async fn send(&self, load: &Load, body: Bytes) -> bool {
        let Ok(sender) = self.sender().await else { return false };
        let answer = load.send(sender, body).await;
        if answer.is_err() {
            // All that share a broken connection say so; a new one that is thrown away with it costs nothing but itself.
            *self.sender.borrow_mut() = None;
        }
        answer.unwrap_or(false)
    }
}
