//! The header `tracestate`: <https://www.w3.org/TR/trace-context-2/#tracestate-header>.
//!
//! OpenTelemetry's `TraceState` refuses keys that level 2 allows (two `@`, 14 characters after one), and one such key makes it refuse the
//! whole list. What it cannot hold is kept beside it and put back in its place when the list is sent on.

use opentelemetry::trace::TraceState;

pub(super) const NAME: &str = "tracestate";

const MEMBERS_MAX: usize = 32;
const PART_BYTES_MAX: usize = 256;
/// 32 members of the greatest length with generous white space; a longer text is not looked at.
const TEXT_BYTES_MAX: usize = 32 * 1024;
/// At least so much must be handed on; what is beyond may cost the request at the next hop.
const SENT_BYTES_MAX: usize = 512;
/// Members longer than this go first where the whole is too long.
const LONG_MEMBER: usize = 128;

/// A well-formed list as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Members(Vec<Member>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    key: String,
    value: String,
    /// Whether a `TraceState` can hold it.
    is_held: bool,
}

impl Members {
    /// All headers of a request as one list. `None` where any of it is not well-formed: then the whole counts for nothing.
    pub(super) fn parse(headers: &[&str]) -> Option<Self> {
        if headers.iter().map(|header| header.len()).sum::<usize>() > TEXT_BYTES_MAX {
            return None;
        }
        let mut members: Vec<Member> = Vec::new();
        for text in headers.iter().flat_map(|header| header.split(',')) {
            // White space before a value belongs to it, after it does not.
            let text = text.trim_matches([' ', '\t']);
            if text.is_empty() {
                continue;
            }
            let (key, value) = text.split_once('=')?;
            let is_known = members.iter().any(|member| member.key == key);
            if members.len() == MEMBERS_MAX || is_known || !is_key(key) || !is_value(value) {
                return None;
            }
            let is_held = TraceState::from_key_value([(key, value)]).is_ok();
            members.push(Member { key: key.to_owned(), value: value.to_owned(), is_held });
        }
        Some(Self(members))
    }

    /// As much of it as OpenTelemetry's type holds.
    pub(super) fn state(&self) -> TraceState {
        let held = self.0.iter().filter(|member| member.is_held).map(|member| (&member.key, &member.value));
        TraceState::from_key_value(held).unwrap_or_default()
    }

    /// `now`, which began as [`state`](Self::state) of this list, with what could not be held in its old place. What was added or changed
    /// since then stands first, as the specification wants it.
    fn merged(&self, now: &TraceState) -> Vec<(String, String)> {
        let is_old = |key: &str, value: &str| self.0.iter().any(|old| old.key == key && old.value == value);
        let fresh = now.into_iter().filter(|(key, value)| !is_old(key, value));
        let old = self.0.iter().filter(|old| !old.is_held || now.get(&old.key) == Some(old.value.as_str()));
        let old = old.map(|old| (old.key.as_str(), old.value.as_str()));
        fresh.chain(old).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }
}

/// What is sent for `now`; `None` where there is nothing to send. `came` is the list that it began as, if it came from elsewhere.
pub(super) fn header(now: &TraceState, came: Option<&Members>) -> Option<String> {
    let members = match came {
        Some(came) => came.merged(now),
        None => now.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
    };
    let mut members: Vec<String> = members.iter().map(|(key, value)| format!("{key}={value}")).collect();
    members.truncate(MEMBERS_MAX);
    if length(&members) > SENT_BYTES_MAX {
        // The first is the newest: it says who sent `traceparent`.
        let first = members.first().cloned();
        let mut excess = length(&members) - SENT_BYTES_MAX;
        members.retain(|member| {
            let goes = excess > 0 && member.len() > LONG_MEMBER && Some(member) != first.as_ref();
            excess = excess.saturating_sub(if goes { member.len() + 1 } else { 0 });
            !goes
        });
        while length(&members) > SENT_BYTES_MAX {
            members.pop();
        }
    }
    (!members.is_empty()).then(|| members.join(","))
}

fn length(members: &[String]) -> usize {
    members.iter().map(|member| member.len() + 1).sum::<usize>().saturating_sub(1)
}

/// In level 2 `@` is a character like others; level 1 had rules for what stands around it.
fn is_key(key: &str) -> bool {
    let is_key_byte = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@');
    let begins_well =
        key.bytes().next().is_some_and(|first| first.is_ascii_lowercase() || first.is_ascii_digit());
    begins_well && key.len() <= PART_BYTES_MAX && key.bytes().all(is_key_byte)
}

fn is_value(value: &str) -> bool {
    let is_value_byte = |byte: u8| matches!(byte, 0x20..=0x7e) && byte != b',' && byte != b'=';
    let ends_well = value.bytes().last().is_some_and(|last| last != b' ');
    ends_well && value.len() <= PART_BYTES_MAX && value.bytes().all(is_value_byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resent(text: &str, change: impl Fn(TraceState) -> TraceState) -> Option<String> {
        let members = Members::parse(&[text]).unwrap();
        header(&change(members.state()), Some(&members))
    }

    #[test]
    fn members_that_the_api_cannot_hold_keep_their_place() {
        let text = "a=1,b@@c=2,d=3,tenant@fourteenletters=4";
        assert_eq!(resent(text, |state| state).as_deref(), Some(text));
    }

    #[test]
    fn what_is_changed_moves_to_the_front_and_what_is_deleted_goes() {
        let text = "a=1,b@@c=2,d=3";
        let changed = resent(text, |state| state.insert("d", "9").unwrap().delete("a").unwrap());
        assert_eq!(changed.as_deref(), Some("d=9,b@@c=2"));
    }

    #[test]
    fn long_members_go_first_and_then_those_at_the_end() {
        let long = format!("long={}", "x".repeat(200));
        let short: Vec<String> = (0..30).map(|number| format!("k{number:02}={}", "y".repeat(10))).collect();
        let text = format!("first=1,{long},{}", short.join(","));
        let sent = resent(&text, |state| state).unwrap();
        assert!(sent.len() <= 512 && sent.starts_with("first=1,k00=yyyyyyyyyy,"), "{sent}");
        assert!(sent.ends_with("k29=yyyyyyyyyy"), "the long one was enough: {sent}");
        let text = format!("first={},{}", "z".repeat(200), short.join(","));
        let sent = resent(&text, |state| state).unwrap();
        assert!(sent.len() <= 512 && sent.starts_with("first=zzz") && !sent.contains("k29="), "{sent}");
    }

    #[test]
    fn the_limit_is_exact() {
        let members =
            |last: usize| format!("a={},b={},c={}", "x".repeat(100), "x".repeat(100), "y".repeat(last));
        assert_eq!(resent(&members(256), |state| state).map(|sent| sent.len()), Some(464));
        let text = format!("d={},{}", "x".repeat(45), members(256));
        assert_eq!((text.len(), resent(&text, |state| state).map(|sent| sent.len())), (512, Some(512)));
        let text = format!("d={},{}", "x".repeat(46), members(256));
        assert_eq!((text.len(), resent(&text, |state| state).map(|sent| sent.len())), (513, Some(254)));
    }

    proptest! {
        #[test]
        fn what_is_sent_is_well_formed_and_within_the_limits(texts in prop::collection::vec("[a-c@]{1,3}=[a-z ]{0,140}", 0..40)) {
            let joined = texts.join(",");
            let Some(members) = Members::parse(&[&joined]) else { return Ok(()) };
            if let Some(sent) = header(&members.state(), Some(&members)) {
                prop_assert!(sent.len() <= SENT_BYTES_MAX);
                prop_assert!(Members::parse(&[&sent]).is_some());
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,600}") {
            let _ = Members::parse(&[&text]).map(|members| header(&members.state(), Some(&members)));
        }
    }
}
