//! Notices: what the user should know of the session, and the lines of its menu, in words.

use session::member::Candidate;

/// Something the user should know; its text is a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A second master is in the session, maybe that of a copy of the project: offer
    /// [`make_independent`](session::member::Member::make_independent).
    AnotherMaster {
        /// The application it runs in.
        host_name: String,
    },
    /// Stems wait for a master that is not here: offer [`Membership::choose`](crate::membership::Membership::choose).
    Waiting {
        /// The session.
        session_name: String,
        /// Further such sessions.
        more: usize,
        /// All stems that wait.
        stem_count: usize,
    },
    /// Stems ask which of several sessions they belong to: offer
    /// [`adopt_undecided_stems`](session::member::Member::adopt_undecided_stems).
    Undecided {
        /// How many.
        stem_count: usize,
    },
    /// Another major version is open, which cannot be linked to.
    OtherVersion {
        /// Its number.
        major: u64,
    },
    /// A stem is soloed.
    Solo {
        /// The stem.
        name: String,
    },
}

impl std::fmt::Display for Notice {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Notice::AnotherMaster { host_name } => write!(
                formatter,
                "Another Master Bus is in this session ({host_name}). If a copy of the project is open, make this one \
                 independent: it takes its stems along."
            ),
            Notice::Waiting { session_name, more, stem_count } => {
                let wait = if *stem_count == 1 { "waits" } else { "wait" };
                let others = if *more == 0 { String::new() } else { format!(" and {more} more") };
                write!(
                    formatter,
                    "{} {wait} for the Master Bus of {}{others}: choose that session to take over its stems.",
                    stems(*stem_count),
                    named(session_name)
                )
            }
            Notice::Undecided { stem_count } => {
                let ask = if *stem_count == 1 { "asks" } else { "ask" };
                write!(
                    formatter,
                    "{} {ask} which of several sessions to join: choose it in their windows, or adopt them here.",
                    stems(*stem_count)
                )
            }
            Notice::OtherVersion { major } => {
                write!(
                    formatter,
                    "An instance of version {major}.x is open; update so that both have the same to link."
                )
            }
            Notice::Solo { name } => write!(formatter, "{name} is soloed: you hear it alone, a bounce has all stems."),
        }
    }
}

/// A session as a line of a menu: "Album (REAPER, 8 stems)", "Single (3 stems wait)". `[main]`
pub fn candidate_line(candidate: &Candidate) -> String {
    let Candidate { session_name, host_name, stem_count, has_master, .. } = candidate;
    let (name, stems) = (named(session_name), stems(*stem_count));
    match (has_master, *stem_count) {
        (true, _) if host_name.is_empty() => format!("{name} ({stems})"),
        (true, _) => format!("{name} ({host_name}, {stems})"),
        (false, 1) => format!("{name} ({stems} waits)"),
        (false, _) => format!("{name} ({stems} wait)"),
    }
}

/// The line of the menu that takes in the stems that ask. `[main]`
pub fn adopt_line(undecided_stem_count: usize) -> String {
    let ask = if undecided_stem_count == 1 { "asks" } else { "ask" };
    format!("Adopt {} that {ask}", stems(undecided_stem_count))
}

fn stems(count: usize) -> String {
    if count == 1 { "1 stem".to_owned() } else { format!("{count} stems") }
}

fn named(session_name: &str) -> &str {
    if session_name.is_empty() { "a session without a name" } else { session_name }
}
