//! `google.rpc.Status`: how OTLP says over gRPC and over HTTP that a request was not taken.

use std::borrow::Cow;
use std::time::Duration;

use codeagent_pipeline::Reason;
use serde_json::json;

/// The gRPC codes that our servers answer with.
/// Source: <https://github.com/grpc/grpc/blob/master/doc/statuscodes.md>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The request itself is wrong.
    InvalidArgument = 3,
    /// The client's own time limit has passed.
    DeadlineExceeded = 4,
    /// Too large; or, with a waiting time, too much at the moment.
    ResourceExhausted = 8,
    /// No such service, method or encoding here.
    Unimplemented = 12,
    /// A failure that a repetition does not heal.
    Internal = 13,
    /// Not now.
    Unavailable = 14,
    /// The sender did not prove who it is.
    Unauthenticated = 16,
}

/// An answer that is not success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What kind of failure.
    pub code: Code,
    /// What happened, for people. Shown to the sender.
    pub message: Cow<'static, str>,
    /// When to try again. OTLP clients repeat `Unavailable` always and `ResourceExhausted` only with it.
    pub retry_after: Option<Duration>,
}

impl Status {
    /// A status without a waiting time.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Status { code, message: message.into(), retry_after: None }
    }

    /// The same with a waiting time.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Why a request with this answer was refused, where its items were not counted.
    pub fn reason(&self) -> Reason {
        match self.code {
            Code::Unauthenticated => Reason::Unauthenticated,
            Code::ResourceExhausted if self.retry_after.is_some() => Reason::OverLimit,
            Code::ResourceExhausted => Reason::TooLarge,
            Code::Unimplemented => Reason::Unsupported,
            Code::Unavailable if self.retry_after.is_some() => Reason::OverBudget,
            Code::Unavailable | Code::DeadlineExceeded => Reason::Abandoned,
            Code::InvalidArgument | Code::Internal => Reason::Malformed,
        }
    }

    /// The message `google.rpc.Status`, with a `google.rpc.RetryInfo` in its details where there is a waiting time.
    pub fn to_protobuf(&self) -> Vec<u8> {
        let mut out = vec![0x08, self.code as u8];
        field(&mut out, 0x12, self.message.as_bytes());
        if let Some(wait) = self.retry_after {
            let mut any = Vec::new();
            field(&mut any, 0x0a, b"type.googleapis.com/google.rpc.RetryInfo");
            field(&mut any, 0x12, &retry_info(wait));
            field(&mut out, 0x1a, &any);
        }
        out
    }

    /// The same in protobuf's JSON.
    pub fn to_json(&self) -> Vec<u8> {
        let mut status = json!({ "code": self.code as u8, "message": self.message });
        if let Some(wait) = self.retry_after {
            status["details"] = json!([{
                "@type": "type.googleapis.com/google.rpc.RetryInfo",
                "retryDelay": format!("{}.{:09}s", wait.as_secs(), wait.subsec_nanos()),
            }]);
        }
        status.to_string().into_bytes()
    }
}

fn retry_info(wait: Duration) -> Vec<u8> {
    let mut delay = Vec::new();
    number(&mut delay, 0x08, wait.as_secs());
    number(&mut delay, 0x10, wait.subsec_nanos().into());
    let mut info = Vec::new();
    field(&mut info, 0x0a, &delay);
    info
}

/// Appends a length-delimited field with this tag.
pub fn field(out: &mut Vec<u8>, tag: u8, value: &[u8]) {
    out.push(tag);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// Appends a varint field with this tag, unless it is zero.
pub fn number(out: &mut Vec<u8>, tag: u8, value: u64) {
    if value > 0 {
        out.push(tag);
        varint(out, value);
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, PartialEq, prost::Message)]
    struct RpcStatus {
        #[prost(int32, tag = "1")]
        code: i32,
        #[prost(string, tag = "2")]
        message: String,
        #[prost(message, repeated, tag = "3")]
        details: Vec<Any>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    struct Any {
        #[prost(string, tag = "1")]
        type_url: String,
        #[prost(message, optional, tag = "2")]
        value: Option<RetryInfo>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    struct RetryInfo {
        #[prost(message, optional, tag = "1")]
        delay: Option<Delay>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    struct Delay {
        #[prost(int64, tag = "1")]
        seconds: i64,
        #[prost(int32, tag = "2")]
        nanos: i32,
    }

    #[test]
    fn a_status_decodes_with_its_retry_info() {
        use prost::Message;
        let long = "x".repeat(300);
        let status = Status::new(Code::Unavailable, long.clone()).after(Duration::from_millis(1500));
        let read = RpcStatus::decode(status.to_protobuf().as_slice()).unwrap();
        assert_eq!((read.code, read.message), (14, long));
        assert_eq!(read.details[0].type_url, "type.googleapis.com/google.rpc.RetryInfo");
        let delay = read.details[0].value.as_ref().unwrap().delay.as_ref().unwrap();
        assert_eq!((delay.seconds, delay.nanos), (1, 500_000_000));
    }

    #[test]
    fn a_status_in_json_follows_protobuf() {
        let status = Status::new(Code::InvalidArgument, "a \"b\"").after(Duration::from_millis(1500));
        let read: serde_json::Value = serde_json::from_slice(&status.to_json()).unwrap();
        assert_eq!(read["code"], 3);
        assert_eq!(read["message"], "a \"b\"");
        assert_eq!(read["details"][0]["retryDelay"], "1.500000000s");
    }
}
