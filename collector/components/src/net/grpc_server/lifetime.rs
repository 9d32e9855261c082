//! When a connection is pinged, told to go, or cut.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

use super::Settings;

/// A day that never comes: a timer needs some time to point to.
const NEVER: Duration = Duration::from_secs(86_400 * 365 * 30);

/// The clocks of one connection.
#[derive(Debug)]
pub(super) struct Lifetime {
    settings: Settings,
    last_call: Instant,
    idle_at: Option<Instant>,
    age_at: Option<Instant>,
    ping_at: Option<Instant>,
    pong_by: Option<Instant>,
    cut_at: Option<Instant>,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing.
    Wait,
    /// Send a ping.
    Ping,
    /// Tell the client to open another connection, and finish what runs.
    Go,
    /// End at once.
    Cut,
}

impl Lifetime {
    pub(super) fn new(settings: Settings, now: Instant) -> Self {
        Lifetime {
            last_call: now,
            idle_at: settings.idle_max.map(|idle| now + idle),
            age_at: settings.age_max.map(|age| now + spread(age)),
            ping_at: Some(now + settings.ping_every),
            pong_by: None,
            cut_at: None,
            settings,
        }
    }

    /// When to ask again what is due.
    pub(super) fn next(&self) -> Instant {
        let times = [self.idle_at, self.age_at, self.ping_at, self.pong_by, self.cut_at];
        times.into_iter().flatten().min().unwrap_or_else(|| Instant::now() + NEVER)
    }

    /// What is due at `now`.
    pub(super) fn due(&mut self, now: Instant, has_calls: bool) -> Due {
        let reached = |time: Option<Instant>| time.is_some_and(|time| time <= now);
        if reached(self.cut_at) || reached(self.pong_by) {
            return Due::Cut;
        }
        if reached(self.age_at) {
            self.go(self.settings.age_grace.map(|grace| now + grace));
            return Due::Go;
        }
        if reached(self.idle_at) {
            return self.idle(now, has_calls);
        }
        if reached(self.ping_at) {
            self.ping_at = None;
            self.pong_by = Some(now + self.settings.ping_timeout);
            return Due::Ping;
        }
        Due::Wait
    }

    fn idle(&mut self, now: Instant, has_calls: bool) -> Due {
        let since = if has_calls { now } else { self.last_call };
        let idle_at = self.settings.idle_max.map(|idle| since + idle);
        if idle_at.is_none_or(|idle_at| idle_at > now) {
            self.idle_at = idle_at;
            return Due::Wait;
        }
        self.go(self.settings.age_grace.map(|grace| now + grace));
        Due::Go
    }

    /// The connection was told to go, and is cut at `cut_at`.
    pub(super) fn go(&mut self, cut_at: Option<Instant>) {
        (self.age_at, self.idle_at) = (None, None);
        self.cut_at = cut_at.into_iter().chain(self.cut_at).min();
    }

    /// A call began.
    pub(super) fn called(&mut self) {
        if self.idle_at.is_some() {
            self.last_call = Instant::now();
        }
    }

    /// Whether a ping is out.
    pub(super) fn awaits_pong(&self) -> bool {
        self.pong_by.is_some()
    }

    /// The ping was answered.
    pub(super) fn pong(&mut self) {
        self.pong_by = None;
        self.ping_at = Some(Instant::now() + self.settings.ping_every);
    }
}

/// A tenth more or less, so that connections that began together do not end together.
fn spread(age: Duration) -> Duration {
    let random = RandomState::new().hash_one(0u8) % 2001;
    age.mul_f64(0.9 + random as f64 / 10_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn settings() -> Settings {
        Settings {
            message_bytes_max: 1,
            streams_max: 1,
            idle_max: None,
            age_max: None,
            age_grace: None,
            ping_every: 100 * SECOND,
            ping_timeout: 5 * SECOND,
        }
    }

    #[test]
    fn an_old_connection_is_told_to_go_and_cut_after_its_grace() {
        let now = Instant::now();
        let settings = Settings { age_max: Some(10 * SECOND), age_grace: Some(SECOND), ..settings() };
        let mut lifetime = Lifetime::new(settings, now);
        assert_eq!(lifetime.due(now + 8 * SECOND, true), Due::Wait);
        assert_eq!(lifetime.due(now + 11 * SECOND, true), Due::Go);
        assert_eq!(lifetime.next(), now + 12 * SECOND);
        assert_eq!(lifetime.due(now + 12 * SECOND, true), Due::Cut);
    }

    #[test]
    fn a_connection_with_calls_is_not_idle() {
        let now = Instant::now();
        let mut lifetime = Lifetime::new(Settings { idle_max: Some(10 * SECOND), ..settings() }, now);
        assert_eq!(lifetime.due(now + 10 * SECOND, true), Due::Wait);
        assert_eq!(lifetime.next(), now + 20 * SECOND);
        assert_eq!(lifetime.due(now + 20 * SECOND, false), Due::Go);
    }

    #[test]
    fn a_ping_without_answer_cuts_the_connection() {
        let now = Instant::now();
        let mut lifetime = Lifetime::new(settings(), now);
        assert_eq!(lifetime.due(now + 100 * SECOND, false), Due::Ping);
        lifetime.pong();
        assert!(!lifetime.awaits_pong());
        let ping_at = lifetime.next();
        assert_eq!(lifetime.due(ping_at, false), Due::Ping);
        assert_eq!(lifetime.due(ping_at + 5 * SECOND, false), Due::Cut);
    }
}
