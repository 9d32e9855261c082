//! What an answer means for the items of a request, and what the sender does next.

use std::time::Duration;

use codeagent_pipeline::{Reason, Rejection, SendError, Sent, Settled};
use http::StatusCode;

use super::answer::Failure;
use super::request::Request;
use crate::net::http_client::HttpResponse;

/// Which statuses are worth another attempt.
#[derive(Clone, Debug, Default)]
pub struct RetryStatuses(Option<Vec<u16>>);

impl RetryStatuses {
    /// These; without a list 429 and all from 500 on: ids make repeats harmless.
    pub fn new(listed: Option<Vec<u16>>) -> Self {
        RetryStatuses(listed)
    }

    fn has(&self, status: u16) -> bool {
        match &self.0 {
            Some(listed) => listed.contains(&status),
            None => status == 429 || status >= 500,
        }
    }
}

/// What an answer other than 200 means.
pub fn of_status(answer: &HttpResponse, retried: &RetryStatuses) -> SendError {
    let status = answer.status;
    let said = match answer.excerpt() {
        text if text.is_empty() => format!("{status}"),
        text => format!("{status}: {text}"),
    };
    let permanent = |message: String| SendError::Permanent { reason: Reason::Rejected, message };
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => SendError::TooLarge { message: said },
        _ if retried.has(status.as_u16()) => {
            SendError::Retry { after: answer.retry_after(), message: said, settled: Settled::default() }
        }
        StatusCode::UNAUTHORIZED => permanent(format!("the credentials are not accepted: {said}")),
        StatusCode::FORBIDDEN => permanent(format!("the credentials do not allow to write: {said}")),
        StatusCode::NOT_FOUND => permanent(format!("nothing takes bulk requests at the endpoint: {said}")),
        _ => permanent(said),
    }
}

/// What became of the items of a request, given the documents that were not stored. Where some are worth another
/// attempt, `request` is cut down to them.
///
/// # Errors
/// [`SendError::Retry`], with what is settled.
pub fn of_documents(
    request: &mut Request,
    failures: &[Failure],
    retried: &RetryStatuses,
    asked: Option<Duration>,
) -> Result<Sent, SendError> {
    let mut found = Found::default();
    let mut failures = failures.iter().peekable();
    let mut position = 0;
    for documents in request.documents().chunk_by(|a, b| a.item == b.item) {
        let end = position + documents.len();
        let mut item =
            Item { spoiled: request.is_spoiled(documents[0].item), refusal: None, left: Vec::new() };
        while let Some(failure) = failures.next_if(|failure| failure.position < end) {
            found.add(&mut item, failure, retried);
        }
        position = end;
        found.settle(item, documents[0].item, request);
    }
    found.finish(request, asked)
}

struct Item<'a> {
    spoiled: bool,
    refusal: Option<&'a Failure>,
    /// Positions of its documents that are to be sent again.
    left: Vec<usize>,
}

#[derive(Default)]
struct Found<'a> {
    delivered: usize,
    rejected: Vec<Rejection>,
    left: Vec<usize>,
    spoiled: Vec<usize>,
    spoiled_by: Option<String>,
    first_left: Option<&'a Failure>,
}

impl<'a> Found<'a> {
    fn add(&mut self, item: &mut Item<'a>, failure: &'a Failure, retried: &RetryStatuses) {
        match failure.status {
            // its id says that it is this very document
            409 => {}
            status if status == 0 || retried.has(status) => {
                item.left.push(failure.position);
                self.first_left.get_or_insert(failure);
            }
            _ => item.refusal = item.refusal.or(Some(failure)),
        }
    }

    fn settle(&mut self, item: Item<'_>, number: usize, request: &Request) {
        let spoiled = item.spoiled || item.refusal.is_some();
        match (item.left.is_empty(), spoiled) {
            (true, false) => self.delivered += 1,
            (true, true) => {
                let reason = item.refusal.map(|failure| format!("{}: {}", failure.status, failure.reason));
                let message = reason.or_else(|| request.spoiled_by.clone()).unwrap_or_default();
                let rejection =
                    Rejection { reason: Reason::Rejected, items: 1, first_item: Some(number), message };
                self.rejected.push(rejection);
            }
            (false, spoiled) => {
                self.left.extend(item.left);
                if spoiled {
                    self.spoiled.push(number);
                    let reason =
                        item.refusal.map(|failure| format!("{}: {}", failure.status, failure.reason));
                    self.spoiled_by = self.spoiled_by.take().or(reason);
                }
            }
        }
    }

    fn finish(self, request: &mut Request, after: Option<Duration>) -> Result<Sent, SendError> {
        let Some(first) = self.first_left else { return Ok(Sent { rejected: self.rejected }) };
        let message = format!(
            "{} of {} documents are to be sent again: {}: {}",
            self.left.len(),
            request.documents().len(),
            first.status,
            first.reason
        );
        request.keep(&self.left, self.spoiled);
        request.spoiled_by = request.spoiled_by.take().or(self.spoiled_by);
        let settled = Settled { delivered: self.delivered, rejected: self.rejected };
        Err(SendError::Retry { after, message, settled })
    }
}
