//! Notices: what the user is told of the session.

use plugin_kit::membership::{Membership, Notice};
use session::identity::Kind;
use session::member::Candidate;
use session::uuid::Uuid;

#[test]
fn the_notices_are_about_the_lists_that_are_shown_beside_them() {
    let candidate = |session_name: &str, stem_count, has_master| Candidate {
        session: Uuid::random(),
        session_name: session_name.to_owned(),
        host_name: String::new(),
        stem_count,
        has_master,
    };
    let candidates = [candidate("Album", 3, false), candidate("Live", 8, true), candidate("Single", 1, false)];
    let waiting = Notice::Waiting { session_name: "Album".to_owned(), more: 1, stem_count: 4 };
    // It has joined nobody, and could find nothing by itself.
    let notices = Membership::new(Kind::Master).notices(&[], &candidates, 2);
    assert_eq!(notices, [waiting, Notice::Undecided { stem_count: 2 }]);
}
