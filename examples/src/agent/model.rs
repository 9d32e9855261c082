//! A model behind a trait. The scripted one stands for a provider: it answers what a good model would.

use std::collections::VecDeque;

/// What the model wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Read this file.
    Read(String),
    /// Run the tests.
    Test,
    /// In this file put the second text in the place of the first.
    Replace(String, String, String),
    /// Nothing more: this is the answer.
    Done(String),
}

/// An answer, and the tokens that it took.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What is to be done next.
    pub wish: Wish,
    /// Tokens that went in.
    pub input: u64,
    /// Tokens that came out.
    pub output: u64,
}

/// The model took too many questions at once.
#[derive(Debug)]
pub struct RateLimited;

impl std::fmt::Display for RateLimited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("too many requests")
    }
}

impl std::error::Error for RateLimited {}

/// Whatever answers.
pub trait Model {
    /// What it is called.
    fn name(&self) -> &str;

    /// Asks, with all that was said so far.
    ///
    /// # Errors
    /// The provider is busy: ask again.
    fn ask(&mut self, conversation: &[String]) -> Result<Reply, RateLimited>;
}

/// Answers from a script; the second question is refused once, as providers do.
pub struct Scripted {
    wishes: VecDeque<Wish>,
    asked: u32,
}

impl Default for Scripted {
    fn default() -> Self {
        let file = || "sum.sh".to_owned();
        let wishes = VecDeque::from([
            Wish::Read(file()),
            Wish::Test,
            Wish::Replace(file(), "$1 - $2".to_owned(), "$1 + $2".to_owned()),
            Wish::Test,
            Wish::Done("sum.sh subtracted; now it adds".to_owned()),
        ]);
        Self { wishes, asked: 0 }
    }
}

impl Model for Scripted {
    fn name(&self) -> &str {
        "scripted-1"
    }

    fn ask(&mut self, conversation: &[String]) -> Result<Reply, RateLimited> {
        self.asked += 1;
        if self.asked == 2 {
            return Err(RateLimited);
        }
        let words: usize = conversation.iter().map(|text| text.split_whitespace().count()).sum();
        let wish = self.wishes.pop_front().unwrap_or_else(|| Wish::Done("nothing left to do".to_owned()));
        Ok(Reply { wish, input: words as u64, output: 12 })
    }
}
