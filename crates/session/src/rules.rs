//! Who belongs together. Two projects or two applications never mix by themselves.

use crate::uuid::Uuid;

/// What decides where an instance belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Party {
    /// Its session.
    pub(crate) session: Option<Uuid>,
    /// The running application; 0 is unknown.
    pub(crate) host_group: u64,
    /// The open project; 0 is unknown.
    pub(crate) host_document: u64,
    /// The user linked it across applications.
    pub(crate) across_applications: bool,
}

impl Party {
    /// Whether nothing speaks against a link: same application and project, as far as both are known, or the user's
    /// explicit wish.
    pub(crate) fn may_meet(&self, other: &Self) -> bool {
        self.across_applications || other.across_applications || self.may_share_project(other)
    }

    /// Whether both are in the same application and project, as far as both are known.
    pub(crate) fn may_share_project(&self, other: &Self) -> bool {
        let agree = |mine: u64, theirs: u64| mine == theirs || mine == 0 || theirs == 0;
        agree(self.host_group, other.host_group) && agree(self.host_document, other.host_document)
    }

    /// Whether both are in one session.
    pub(crate) fn shares_session(&self, other: &Self) -> bool {
        self.session.is_some() && self.session == other.session && self.may_meet(other)
    }

    /// Whether the two are certainly in one application or project, so that joining needs no question.
    fn is_at_home_with(&self, other: &Self) -> bool {
        let same = |mine: u64, theirs: u64| mine == theirs && mine != 0;
        self.may_meet(other)
            && (same(self.host_group, other.host_group) || same(self.host_document, other.host_document))
    }
}

/// What a stem does about its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It has a session, and the master at this place of the list is its master.
    Stay(usize),
    /// It has no master here, and there is none it could join.
    Wait,
    /// It joins the session of this master of the list.
    Join(usize),
    /// The user has to say which of these masters, one a session: there are several, or it belongs to another session
    /// whose master is not here and may never come back.
    Ask(Vec<usize>),
}

/// What a stem does, given all live masters.
pub(crate) fn step(stem: &Party, masters: &[Party]) -> Step {
    if let Some(own) = masters.iter().position(|master| stem.shares_session(master)) {
        return Step::Stay(own);
    }
    let mut candidates: Vec<usize> = Vec::new();
    for (index, master) in masters.iter().enumerate() {
        let is_known = candidates.iter().any(|known| masters[*known].session == master.session);
        if master.session.is_some() && master.session != stem.session && stem.may_meet(master) && !is_known {
            candidates.push(index);
        }
    }
    match candidates[..] {
        [] => Step::Wait,
        [only] if stem.session.is_none() && stem.is_at_home_with(&masters[only]) => Step::Join(only),
        _ => Step::Ask(candidates),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid([1, 1]);
    const B: Uuid = Uuid([2, 2]);

    fn party(session: Option<Uuid>, host_group: u64, host_document: u64) -> Party {
        Party { session, host_group, host_document, across_applications: false }
    }

    fn across(party: Party) -> Party {
        Party { across_applications: true, ..party }
    }

    #[test]
    fn every_row_of_the_rules() {
        let stem = |session, group, document| party(session, group, document);
        let rows = [
            (
                "a restored stem stays with its master",
                stem(Some(A), 7, 0),
                vec![party(Some(B), 7, 0), party(Some(A), 7, 0)],
                Step::Stay(1),
            ),
            (
                "a restored stem without its master may be given another one, but never takes it by itself",
                stem(Some(A), 7, 0),
                vec![party(Some(B), 7, 0)],
                Step::Ask(vec![0]),
            ),
            (
                "a restored stem does not follow into another application",
                stem(Some(A), 7, 0),
                vec![party(Some(A), 8, 0)],
                Step::Wait,
            ),
            ("nor into another project", stem(Some(A), 7, 1), vec![party(Some(A), 7, 2)], Step::Wait),
            ("unless the user said so", across(stem(Some(A), 7, 1)), vec![party(Some(A), 8, 2)], Step::Stay(0)),
            ("on either side", stem(Some(A), 7, 1), vec![across(party(Some(A), 8, 2))], Step::Stay(0)),
            (
                "an unknown application does not keep a session apart",
                stem(Some(A), 0, 0),
                vec![party(Some(A), 8, 2)],
                Step::Stay(0),
            ),
            (
                "a new stem joins the only master of its application",
                stem(None, 7, 0),
                vec![party(Some(A), 7, 0)],
                Step::Join(0),
            ),
            (
                "and no other application's",
                stem(None, 7, 0),
                vec![party(Some(B), 8, 0), party(Some(A), 7, 0)],
                Step::Join(1),
            ),
            (
                "and no other project's",
                stem(None, 7, 1),
                vec![party(Some(B), 7, 2), party(Some(A), 7, 1)],
                Step::Join(1),
            ),
            ("waits for a first one", stem(None, 7, 0), vec![], Step::Wait),
            ("waits while there are only strangers", stem(None, 7, 0), vec![party(Some(A), 8, 0)], Step::Wait),
            (
                "asks when there are two",
                stem(None, 7, 0),
                vec![party(Some(A), 7, 0), party(Some(B), 7, 0)],
                Step::Ask(vec![0, 1]),
            ),
            (
                "counts two masters of one session once",
                stem(None, 7, 0),
                vec![party(Some(A), 7, 0), party(Some(A), 7, 0)],
                Step::Join(0),
            ),
            (
                "asks when nobody knows the application",
                stem(None, 0, 0),
                vec![party(Some(A), 0, 0)],
                Step::Ask(vec![0]),
            ),
            ("a known project is enough", stem(None, 0, 5), vec![party(Some(A), 0, 5)], Step::Join(0)),
            ("a master without a session is no candidate", stem(None, 7, 0), vec![party(None, 7, 0)], Step::Wait),
        ];
        for (promise, stem, masters, expected) in rows {
            assert_eq!(step(&stem, &masters), expected, "{promise}");
        }
    }

    #[test]
    fn no_session_is_not_a_shared_session() {
        assert!(!party(None, 7, 0).shares_session(&party(None, 7, 0)));
    }
}
