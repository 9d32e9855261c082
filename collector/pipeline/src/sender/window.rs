//! How many requests are on their way at the same time: as many as the destination takes without asking for a pause.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::{SendError, Sent};

/// No limit but the workers: as long as the destination never asked for a pause, and again when it takes as much as
/// before.
const OPEN: usize = usize::MAX;

/// Times that a full window must be delivered before it is made wider by one. Asking for more than the destination takes
/// costs a refusal and a wait, so that is tried seldom.
const ROUNDS: usize = 8;

/// Who may send now. Additive increase, multiplicative decrease: wider by one while requests succeed and others wait,
/// narrower by a quarter when the destination cannot take one.
#[derive(Debug)]
pub(super) struct Window {
    on_their_way: AtomicUsize,
    limit: AtomicUsize,
    waiting: AtomicUsize,
    freed: Notify,
    /// How often it was narrowed: what was sent before says nothing of the new width.
    narrowings: AtomicU64,
    course: Mutex<Course>,
}

/// How the limit goes on.
#[derive(Debug)]
struct Course {
    /// What was on its way when the destination refused first: a window of that width is open.
    most: usize,
    /// Up to this width it grows with every success: the destination took that before it went away.
    proven: usize,
    /// Successes at this width.
    successes: usize,
    /// Whether anything succeeded since it was narrowed.
    has_worked: bool,
}

/// The right to have one request on its way.
pub(super) struct Turn<'a> {
    window: &'a Window,
    narrowings: u64,
}

/// Counts who waits.
struct Waits<'a>(&'a Window);

impl Window {
    /// A window that is open.
    pub fn new() -> Self {
        Window {
            on_their_way: AtomicUsize::new(0),
            limit: AtomicUsize::new(OPEN),
            waiting: AtomicUsize::new(0),
            freed: Notify::new(),
            narrowings: AtomicU64::new(0),
            course: Mutex::new(Course { most: 0, proven: 0, successes: 0, has_worked: true }),
        }
    }

    /// Waits for a turn. Dropping the future loses nothing.
    pub async fn turn(&self) -> Turn<'_> {
        if !self.enter() {
            self.wait().await;
        }
        Turn { window: self, narrowings: self.narrowings.load(SeqCst) }
    }

    /// Its width; nothing while it is open.
    pub fn limit(&self) -> Option<usize> {
        Some(self.limit.load(SeqCst)).filter(|limit| *limit != OPEN)
    }

    fn enter(&self) -> bool {
        let limit = self.limit.load(SeqCst);
        self.on_their_way.fetch_update(SeqCst, SeqCst, |now| (now < limit).then_some(now + 1)).is_ok()
    }

    async fn wait(&self) {
        self.waiting.fetch_add(1, SeqCst);
        let _waits = Waits(self);
        loop {
            let mut freed = pin!(self.freed.notified());
            // what is freed after this look wakes it
            freed.as_mut().enable();
            if self.enter() {
                // a window that grew by more than one wakes one after the other
                return self.wake();
            }
            freed.await;
        }
    }

    fn wake(&self) {
        if self.waiting.load(SeqCst) > 0 && self.on_their_way.load(SeqCst) < self.limit.load(SeqCst) {
            self.freed.notify_one();
        }
    }

    fn succeeded(&self) {
        let limit = self.limit.load(SeqCst);
        if limit == OPEN {
            return;
        }
        let mut course = self.course.lock();
        course.has_worked = true;
        if self.waiting.load(SeqCst) == 0 {
            return;
        }
        course.successes += 1;
        let needed = if limit < course.proven { 1 } else { limit.saturating_mul(ROUNDS) };
        if course.successes >= needed {
            course.successes = 0;
            self.limit.store(if limit + 1 >= course.most { OPEN } else { limit + 1 }, SeqCst);
        }
    }

    fn refused(&self, narrowings: u64) {
        let mut course = self.course.lock();
        if narrowings != self.narrowings.load(SeqCst) {
            return;
        }
        self.narrowings.fetch_add(1, SeqCst);
        let limit = self.limit.load(SeqCst);
        let wide = if limit == OPEN { self.on_their_way.load(SeqCst) } else { limit };
        if limit == OPEN {
            course.most = wide;
        }
        let narrow = (wide * 3 / 4).min(wide.saturating_sub(1)).max(1);
        if course.has_worked {
            course.proven = narrow;
        }
        (course.has_worked, course.successes) = (false, 0);
        self.limit.store(narrow, SeqCst);
    }
}

impl Turn<'_> {
    /// Learns from what became of the request.
    pub fn end(self, sent: &Result<Sent, SendError>) {
        match sent {
            Ok(_) => self.window.succeeded(),
            Err(SendError::Retry { .. }) => self.window.refused(self.narrowings),
            // the destination has judged the data, and that costs it no more than taking it
            Err(SendError::Permanent { .. } | SendError::TooLarge { .. }) => {}
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.window.on_their_way.fetch_sub(1, SeqCst);
        self.window.wake();
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy() -> Result<Sent, SendError> {
        Err(SendError::retry("busy"))
    }

    /// Takes `count` turns at once, as far as there are so many.
    fn turns(window: &Window, count: usize) -> Vec<Turn<'_>> {
        let narrowings = window.narrowings.load(SeqCst);
        (0..count).filter(|_| window.enter()).map(|_| Turn { window, narrowings }).collect()
    }

    fn end(turns: Vec<Turn<'_>>, sent: &Result<Sent, SendError>) {
        turns.into_iter().for_each(|turn| turn.end(sent));
    }

    #[test]
    fn many_refusals_at_once_narrow_it_once() {
        let window = Window::new();
        end(turns(&window, 10), &busy());
        assert_eq!(window.limit(), Some(7));
        end(turns(&window, 10), &busy());
        assert_eq!(window.limit(), Some(5));
    }

    #[test]
    fn while_a_destination_is_away_one_asks_and_when_it_is_back_all_come_soon() {
        let window = Window::new();
        (0..20).for_each(|_| end(turns(&window, 10), &busy()));
        assert_eq!((window.limit(), turns(&window, 10).len()), (Some(1), 1));
        window.waiting.store(1, SeqCst);
        let mut requests = 0;
        while window.limit().is_some() {
            let turns = turns(&window, 10);
            requests += turns.len();
            end(turns, &Ok(Sent::default()));
        }
        assert!(requests < 200, "{requests}");
    }

    #[test]
    fn it_grows_only_where_somebody_waits() {
        let window = Window::new();
        end(turns(&window, 4), &busy());
        (0..1000).for_each(|_| end(turns(&window, 1), &Ok(Sent::default())));
        assert_eq!(window.limit(), Some(3));
    }

    #[tokio::test]
    async fn who_waits_goes_on_when_a_turn_ends_or_is_let_go() {
        let window = std::sync::Arc::new(Window::new());
        end(turns(&window, 2), &busy());
        assert_eq!(window.limit(), Some(1));
        let first = window.turn().await;
        let waiting: Vec<_> = (0..20)
            .map(|number| {
                let window = window.clone();
                tokio::spawn(async move {
                    let turn = window.turn().await;
                    tokio::task::yield_now().await;
                    if number % 3 == 0 { drop(turn) } else { turn.end(&Ok(Sent::default())) }
                })
            })
            .collect();
        tokio::task::yield_now().await;
        // some of those who wait go away
        waiting.iter().step_by(4).for_each(|waiting| waiting.abort());
        drop(first);
        for (number, waiting) in waiting.into_iter().enumerate() {
            assert_eq!(waiting.await.is_ok(), number % 4 != 0);
        }
        assert_eq!((window.waiting.load(SeqCst), window.on_their_way.load(SeqCst)), (0, 0));
    }
}
