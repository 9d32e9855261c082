//! What an error of librdkafka, or of a broker, means for a message.

use codeagent_pipeline::Reason;
use rdkafka::error::RDKafkaErrorCode as Code;

/// What is done with a message next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It is sent again.
    Retry,
    /// It is sent alone, then cut in two.
    Shrink,
    /// It is given up.
    Reject(Reason),
}

/// The consequence of `code`. `own_topic`: the configuration names the topic, not the item.
pub(super) fn next(code: Code, own_topic: bool) -> Next {
    match code {
        Code::MessageSizeTooLarge | Code::MessageBatchTooLarge | Code::InvalidMessageSize => Next::Shrink,
        Code::InvalidRecord | Code::InvalidTimestamp => Next::Reject(Reason::Rejected),
        // An item that names a topic which cannot be written would be tried for ever. A topic from the
        // configuration is the operator's to create.
        Code::InvalidTopic | Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition
            if !own_topic =>
        {
            Next::Reject(Reason::Rejected)
        }
        // What is not allowed may be allowed later: the sender keeps its data, and the error says why.
        _ => Next::Retry,
    }
}

/// `code` for people: what happened, and what helps where that is known.
pub(super) fn explained(code: Code, topic: &str) -> String {
    let advice = match code {
        Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition => {
            ": create it, or let the broker (auto.create.topics.enable) and this exporter \
             (producer::allow_auto_topic_creation) create topics"
        }
        Code::InvalidTopic => ": a topic's name has at most 249 of the characters a-z A-Z 0-9 . _ -",
        Code::TopicAuthorizationFailed => ": this user may not write to it; grant WRITE on the topic",
        Code::ClusterAuthorizationFailed => {
            ": this user may not write idempotently (IDEMPOTENT_WRITE, before Kafka 2.8); grant it, or set \
             producer::required_acks to 1"
        }
        Code::MessageTimedOut => ": the brokers did not take it in time; see the log for their state",
        Code::NotEnoughReplicas | Code::NotEnoughReplicasAfterAppend => {
            ": fewer replicas are in sync than the topic's min.insync.replicas"
        }
        _ => "",
    };
    format!("the topic {topic}: {code}{advice}")
}

/// Whether the producer is of no further use.
pub(super) fn is_fatal(code: Code) -> bool {
    matches!(code, Code::Fatal | Code::Fenced | Code::State | Code::GaplessGuarantee)
}
