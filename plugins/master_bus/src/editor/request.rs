//! Request: what a hand asks for that is no parameter of the host.

use session::command::Command;
use session::member::{Candidate, Member, StemId};

use crate::params::MasterParams;
use crate::session_link::MasterSession;

/// Something to ask of a stem, or of the session.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// A stem shall do something.
    Ask(StemId, Command),
    /// The session shall have this name.
    Rename(String),
    /// Stems of the session in other applications shall be linked, or no longer.
    LinkAcrossApplications(bool),
    /// The master and its stems shall be a session of their own.
    MakeIndependent,
    /// The master shall go into another session, and its stems with it.
    Choose(Candidate),
    /// The stems that ask which session they belong to shall come into this one.
    AdoptUndecided,
}

impl Request {
    /// Does it. `[main]`
    pub fn fulfil(self, params: &MasterParams, session: &MasterSession) {
        let membership = &params.membership;
        match self {
            // What cannot be asked is told beside the stem.
            Self::Ask(stem, command) => {
                membership.ask(stem, command);
                return;
            }
            Self::Rename(name) => drop(membership.with_member(|member| member.rename_session(&name))),
            Self::LinkAcrossApplications(on) => membership.link_across_applications(on),
            Self::MakeIndependent => drop(membership.with_member(Member::make_independent)),
            Self::Choose(candidate) => membership.choose(&candidate),
            Self::AdoptUndecided => drop(membership.with_member(Member::adopt_undecided_stems)),
        }
        session.link().inspect(|link| link.mark_dirty());
    }
}
