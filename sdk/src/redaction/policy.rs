//! What is asked for.

use regex::Regex;

/// What people write, models answer and tools see. None of it leaves the process unless it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// Prompts and replies.
    Prompts,
    /// What tools get and give.
    Tools,
    /// Command lines.
    Commands,
    /// Paths of files and directories.
    Paths,
}

impl Content {
    /// All kinds.
    pub const ALL: &'static [Self] = &[Self::Prompts, Self::Tools, Self::Commands, Self::Paths];

    /// The word for it in `CODEAGENT_CONTENT`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prompts => "prompts",
            Self::Tools => "tools",
            Self::Commands => "commands",
            Self::Paths => "paths",
        }
    }

    /// A list of words, separated by commas; `all` for all. `None` where one of them is unknown.
    pub(crate) fn parse_list(text: &str) -> Option<Vec<Self>> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let kinds = words.map(|word| match word.to_ascii_lowercase().as_str() {
            "all" => Some(Self::ALL.to_vec()),
            word => Self::ALL.iter().find(|kind| kind.as_str() == word).map(|kind| vec![*kind]),
        });
        Some(kinds.collect::<Option<Vec<_>>>()?.concat())
    }
}

/// What is kept, and what is masked besides what always is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    pub(crate) kept: Vec<Content>,
    pub(crate) patterns: Vec<Regex>,
}
