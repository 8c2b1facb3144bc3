//! Choosing a session: what there is to choose from, who goes along, and that nobody is lost.

mod place;

use place::{until, unused_place};
use session::identity::{Identity, Info, Kind};
use session::member::{Candidate, Link, Member, Place};
use session::uuid::Uuid;

fn info(name: &str) -> Info {
    Info { name: name.into(), host_name: "Host".into(), ..Info::default() }
}

fn stem(place: &Place, name: &str) -> Member {
    Member::join_at(place.clone(), Kind::Stem, Identity::new(), info(name))
}

/// A stem of a project that was saved in a session.
fn restored(place: &Place, name: &str, session: Uuid, session_name: &str) -> Member {
    let identity = Identity { session: Some(session), session_name: session_name.into(), ..Identity::new() };
    Member::join_at(place.clone(), Kind::Stem, identity, info(name))
}

fn master(place: &Place, session_name: &str) -> Member {
    let identity = Identity { session_name: session_name.into(), ..Identity::new() };
    let master = Member::join_at(place.clone(), Kind::Master, identity, info("Master"));
    until("the master is announced", || master.link() == linked(session_name));
    master
}

fn linked(session_name: &str) -> Link {
    Link::Linked { session_name: session_name.into() }
}

fn names(member: &Member) -> Vec<String> {
    let mut views = Vec::new();
    member.stems(&mut views);
    views.iter().map(|view| view.info.name.clone()).collect()
}

/// Name, stems, and whether there is a master.
fn shown(candidates: &[Candidate]) -> Vec<(&str, usize, bool)> {
    candidates.iter().map(|found| (found.session_name.as_str(), found.stem_count, found.has_master)).collect()
}

#[test]
fn a_linked_stem_can_go_to_another_session_and_back() {
    let place = unused_place();
    let first = master(&place, "One");
    let stem = stem(&place, "Drums");
    until("the stem is linked", || stem.link() == linked("One"));
    assert_eq!(stem.sessions(), [], "there is no other");
    let second = master(&place, "Two");
    until("the other is found", || shown(&stem.sessions()) == [("Two", 0, true)]);
    stem.choose(&stem.sessions()[0]);
    until("the stem has gone", || stem.link() == linked("Two") && names(&second) == ["Drums"]);
    assert!(names(&first).is_empty());
    until("the way back", || shown(&stem.sessions()) == [("One", 0, true)]);
    stem.choose(&stem.sessions()[0]);
    until("the stem is back", || stem.link() == linked("One") && names(&first) == ["Drums"]);
    assert_eq!(stem.identity().session, first.identity().session, "and the project keeps it");
}

#[test]
fn a_master_takes_over_the_session_whose_stems_wait() {
    let place = unused_place();
    let album = Uuid::random();
    let waiting = [restored(&place, "Drums", album, "Album"), restored(&place, "Bass", album, "Album")];
    let new = stem(&place, "Choir");
    let master = master(&place, "Session");
    until("the new stem has come by itself", || names(&master) == ["Choir"]);
    until("both are seen waiting", || shown(&master.sessions()) == [("Album", 2, false)]);
    assert_eq!(master.sessions()[0].host_name, "Host");
    master.choose(&master.sessions()[0]);
    until("all are together", || names(&master) == ["Bass", "Choir", "Drums"]);
    until("under the old name", || waiting.iter().chain([&new]).all(|stem| stem.link() == linked("Album")));
    assert_eq!((master.identity().session, master.identity().session_name.as_str()), (Some(album), "Album"));
    assert_eq!(master.sessions(), [], "nobody waits any more");
}

#[test]
fn a_master_that_joins_another_takes_its_stems_along() {
    let place = unused_place();
    let first = master(&place, "One");
    let drums = stem(&place, "Drums");
    until("the drums are linked", || drums.link() == linked("One"));
    let second = master(&place, "Two");
    let bass = stem(&place, "Bass");
    until("the bass asks", || matches!(bass.link(), Link::Choose { .. }));
    bass.choose(bass.sessions().iter().find(|found| found.session_name == "Two").expect("it is here"));
    until("the bass is linked", || names(&second) == ["Bass"]);
    until("the second sees the first", || shown(&second.sessions()) == [("One", 1, true)]);
    second.choose(&second.sessions()[0]);
    until("both show both", || [&first, &second].iter().all(|master| names(master) == ["Bass", "Drums"]));
    assert_eq!(second.identity().session, first.identity().session);
}

#[test]
fn a_master_that_leaves_a_session_to_another_leaves_the_stems_there() {
    let place = unused_place();
    let stays = master(&place, "Album");
    let drums = stem(&place, "Drums");
    until("the drums are linked", || names(&stays) == ["Drums"]);
    let twin = Identity { instance: Uuid::random(), ..stays.identity() };
    let goes = Member::join_at(place.clone(), Kind::Master, twin, info("Master"));
    let other = master(&place, "Other");
    until("both masters are here", || names(&goes) == ["Drums"] && shown(&goes.sessions()) == [("Other", 0, true)]);
    goes.choose(&goes.sessions()[0]);
    until("it has gone", || goes.link() == linked("Other"));
    stays.rename_session("Still here");
    until("the stem follows its master", || drums.link() == linked("Still here"));
    assert_eq!((names(&stays), names(&other)), (vec!["Drums".to_owned()], Vec::new()));
}

#[test]
fn stems_between_two_masters_are_adopted_by_the_one_that_asks() {
    let place = unused_place();
    let masters = [master(&place, "One"), master(&place, "Two")];
    let stems = [stem(&place, "Drums"), stem(&place, "Bass")];
    until("both stems ask", || stems.iter().all(|stem| matches!(stem.link(), Link::Choose { .. })));
    until("and are counted", || masters.iter().all(|master| master.undecided_stem_count() == 2));
    assert!(names(&masters[0]).is_empty());
    masters[1].adopt_undecided_stems();
    until("they have come", || names(&masters[1]) == ["Bass", "Drums"]);
    until("nobody asks", || masters.iter().all(|master| master.undecided_stem_count() == 0));
}

#[test]
fn sessions_of_another_project_are_offered_only_across_applications() {
    let place = unused_place();
    let in_project = |project| Info { host_document: project, ..info("Any") };
    let named = |name: &str| Identity { session_name: name.into(), ..Identity::new() };
    let _theirs = Member::join_at(place.clone(), Kind::Master, named("Theirs"), in_project(1));
    let waiting = Identity { session: Some(Uuid::random()), ..named("Waiting") };
    let _stem = Member::join_at(place.clone(), Kind::Stem, waiting, in_project(1));
    let ours = Member::join_at(place.clone(), Kind::Master, named("Ours"), in_project(2));
    let stem = Member::join_at(place, Kind::Stem, Identity::new(), in_project(2));
    until("the stem is linked", || stem.link() == linked("Ours"));
    assert_eq!((ours.sessions(), stem.sessions()), (Vec::new(), Vec::new()));
    ours.link_across_applications(true);
    until("the user asks for it", || shown(&ours.sessions()) == [("Theirs", 0, true), ("Waiting", 1, false)]);
    stem.link_across_applications(true);
    until("a stem needs a master", || shown(&stem.sessions()) == [("Theirs", 0, true)]);
}

#[test]
fn stems_that_another_master_has_do_not_wait_for_a_new_one() {
    let place = unused_place();
    let join = |kind, session_name: &str, session, project| {
        let identity = Identity { session, session_name: session_name.into(), ..Identity::new() };
        Member::join_at(place.clone(), kind, identity, Info { host_document: project, ..info("Any") })
    };
    let album = Some(Uuid::random());
    let theirs = join(Kind::Master, "Album", album, 1);
    let _linked = [join(Kind::Stem, "Album", album, 1), join(Kind::Stem, "Album", album, 1)];
    until("their stems are linked", || names(&theirs).len() == 2);
    let _copied = join(Kind::Stem, "Album", album, 2);
    let ours = join(Kind::Master, "Ours", None, 2);
    until("the copied stem is found, and its master", || shown(&ours.sessions()) == [("Album", 1, true)]);
    drop(theirs);
    until("it alone waits here", || shown(&ours.sessions()) == [("Album", 1, false)]);
}

#[test]
fn the_stems_of_a_master_that_links_across_applications_are_counted_for_all() {
    let place = unused_place();
    let join = |kind, across_applications, project| {
        let identity = Identity { across_applications, ..Identity::new() };
        Member::join_at(place.clone(), kind, identity, Info { host_document: project, ..info("Any") })
    };
    let master = join(Kind::Master, true, 1);
    let _theirs = join(Kind::Stem, false, 1);
    until("their stem is linked", || names(&master).len() == 1);
    let _near = join(Kind::Master, false, 2);
    let ours = join(Kind::Stem, false, 2);
    let mut found = Vec::new();
    until("ours asks", || {
        found = match ours.link() {
            Link::Choose { candidates } => candidates,
            _ => Vec::new(),
        };
        found.len() == 2
    });
    let mut stem_counts: Vec<usize> = found.iter().map(|found| found.stem_count).collect();
    stem_counts.sort_unstable();
    assert_eq!(stem_counts, [0, 1], "its own stem counts, though ours may not meet it");
}

#[test]
fn a_master_that_becomes_independent_leaves_other_projects_their_stems() {
    let place = unused_place();
    let of_album = || Identity { session: Some(Uuid([7, 7])), session_name: "Album".into(), ..Identity::new() };
    let join = |kind, name, project| {
        Member::join_at(place.clone(), kind, of_album(), Info { host_document: project, ..info(name) })
    };
    let (ours, theirs) = (join(Kind::Master, "Master", 1), join(Kind::Master, "Master", 2));
    let stems = [join(Kind::Stem, "Drums", 1), join(Kind::Stem, "Bass", 2)];
    until("projects are apart", || names(&ours) == ["Drums"] && names(&theirs) == ["Bass"]);
    ours.link_across_applications(true);
    until("until the user links them", || names(&ours) == ["Bass", "Drums"]);
    ours.make_independent();
    until("the drums have come along", || stems[0].link() == linked("Album 2") && names(&ours) == ["Drums"]);
    theirs.rename_session("Still here");
    until("the bass has stayed", || stems[1].link() == linked("Still here"));
}

#[test]
fn where_no_host_says_which_project_is_open_an_independent_master_takes_the_stems_of_all() {
    let place = unused_place();
    let of_album = || Identity { session: Some(Uuid([7, 7])), session_name: "Album".into(), ..Identity::new() };
    let join = |kind, name| Member::join_at(place.clone(), kind, of_album(), Info { host_document: 0, ..info(name) });
    let (ours, theirs) = (join(Kind::Master, "Master"), join(Kind::Master, "Master"));
    let stems = [join(Kind::Stem, "Drums"), join(Kind::Stem, "Bass")];
    until("nothing tells them apart", || [&ours, &theirs].iter().all(|master| names(master) == ["Bass", "Drums"]));
    ours.make_independent();
    until("all have come along", || stems.iter().all(|stem| stem.link() == linked("Album 2")));
    until("and none has stayed", || names(&ours) == ["Bass", "Drums"] && names(&theirs).is_empty());
}
