//! What a musician sees: stems find their master, copies stay apart, commands arrive.

mod place;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use place::{until, unused_place};
use session::command::{Answer, Command, Delivery};
use session::delivery::SendError;
use session::identity::{Identity, Info, Kind};
use session::member::{Activity, Link, Member, Place, StemView};
use session::meters::{Meters, Position, Run, SILENCE_DB};
use session::publisher::Publisher;

fn stem(place: &Place, name: &str) -> Member {
    Member::join_at(place.clone(), Kind::Stem, Identity::new(), Info { name: name.into(), ..Info::default() })
}

fn master(place: &Place, session_name: &str) -> Member {
    let identity = Identity { session_name: session_name.into(), ..Identity::new() };
    Member::join_at(place.clone(), Kind::Master, identity, Info { host_name: "Host".into(), ..Info::default() })
}

fn stems(member: &Member) -> Vec<StemView> {
    let mut views = Vec::new();
    member.stems(&mut views);
    views
}

fn names(member: &Member) -> Vec<String> {
    stems(member).into_iter().map(|view| view.info.name.clone()).collect()
}

fn linked(session_name: &str) -> Link {
    Link::Linked { session_name: session_name.into() }
}

fn say(publisher: &mut Publisher, run: Run) {
    publisher.publish_now(&Meters::default(), Position { song_frames: 0, run });
}

#[test]
fn a_new_stem_joins_the_only_master_and_shows_up_there() {
    let place = unused_place();
    let (master, stem) = (master(&place, "Album"), stem(&place, "Drums"));
    until("the stem is linked", || stem.link() == linked("Album"));
    until("the master lists it", || names(&master) == ["Drums"]);
    assert_eq!(stem.identity().session, master.identity().session);
    assert!(stem.identity().session.is_some());
}

#[test]
fn a_stem_waits_for_its_master() {
    let place = unused_place();
    let stem = stem(&place, "Drums");
    until("the stem waits", || stem.link() == Link::Waiting { session_name: String::new() });
    let master = master(&place, "Later");
    until("the stem is linked", || stem.link() == linked("Later"));
    drop(master);
    until("the stem waits again", || stem.link() == Link::Waiting { session_name: "Later".into() });
}

#[test]
fn a_new_stem_between_two_masters_lets_the_user_choose() {
    let place = unused_place();
    let masters = [master(&place, "One"), master(&place, "Two")];
    until("both are announced", || masters.iter().all(|master| master.link() != Link::Opening));
    let stem = stem(&place, "Drums");
    let mut candidates = Vec::new();
    until("the stem asks", || match stem.link() {
        Link::Choose { candidates: found } => {
            candidates = found;
            true
        }
        _ => false,
    });
    let shown: Vec<_> = candidates.iter().map(|candidate| candidate.session_name.as_str()).collect();
    assert_eq!(shown, ["One", "Two"]);
    assert_eq!(candidates[0].host_name, "Host");
    stem.choose(&candidates[1]);
    until("the stem is linked", || stem.link() == linked("Two"));
    until("the chosen master lists it", || names(&masters[1]) == ["Drums"]);
    assert!(names(&masters[0]).is_empty());
}

#[test]
fn a_reopened_project_links_itself_also_beside_another() {
    let place = unused_place();
    let (first, second) = (master(&place, "One"), master(&place, "Two"));
    let saved = Identity { session: second.identity().session, session_name: "Two".into(), ..Identity::new() };
    let info = Info { name: "Drums".into(), ..Info::default() };
    let stem = Member::join_at(place, Kind::Stem, saved.clone(), info);
    until("the stem is linked", || stem.link() == linked("Two"));
    assert_eq!(stem.identity(), saved);
    assert!(stems(&first).is_empty());
}

#[test]
fn a_state_loaded_after_the_start_counts() {
    let place = unused_place();
    let (_first, second) = (master(&place, "One"), master(&place, "Two"));
    let stem = stem(&place, "Drums");
    let saved = Identity { session: second.identity().session, session_name: "Two".into(), ..Identity::new() };
    stem.set_identity(&saved);
    until("the stem is linked", || stem.link() == linked("Two"));
    until("under its saved name", || stems(&second).iter().any(|view| view.instance == saved.instance));
    assert_eq!(stems(&second).len(), 1);
}

#[test]
fn a_copied_track_takes_a_name_of_its_own() {
    let place = unused_place();
    let master = master(&place, "Album");
    let original = stem(&place, "Drums");
    until("the original is there", || names(&master) == ["Drums"]);
    let copy =
        Member::join_at(place, Kind::Stem, original.identity(), Info { name: "Drums copy".into(), ..Info::default() });
    until("both are there", || names(&master) == ["Drums", "Drums copy"]);
    assert_ne!(copy.identity().instance, original.identity().instance);
    assert_eq!(copy.identity().session, original.identity().session);
}

#[test]
fn two_projects_in_one_host_do_not_mix() {
    let place = unused_place();
    let info = |project| Info { host_document: project, ..Info::default() };
    let session = Identity { session: Some(session::uuid::Uuid::random()), ..Identity::new() };
    let master = Member::join_at(place.clone(), Kind::Master, session.clone(), info(1));
    let other = Identity { session: session.session, ..Identity::new() };
    let stem = Member::join_at(place, Kind::Stem, other, info(2));
    until("the stem knows why", || {
        stem.link() == Link::Apart { session_name: String::new(), host_name: String::new() }
    });
    assert!(stems(&master).is_empty());
    stem.link_across_applications(true);
    until("until the user says so", || stems(&master).len() == 1);
}

#[test]
fn a_master_can_leave_a_session_with_its_playing_stems() {
    let place = unused_place();
    let (old, stem, idle) = (master(&place, "Album"), stem(&place, "Drums"), stem(&place, "Bass"));
    until("both stems are linked", || names(&old) == ["Bass", "Drums"]);
    let twin = Identity { instance: session::uuid::Uuid::random(), ..old.identity() };
    let twin = Member::join_at(place, Kind::Master, twin, Info::default());
    let mut publisher = stem.publisher();
    until("the drums play", || {
        say(&mut publisher, Run::default());
        stems(&twin).iter().any(|view| view.info.name == "Drums" && view.activity == Activity::Live)
    });
    twin.make_independent();
    until("the drums follow", || names(&twin) == ["Drums"]);
    until("the bass stays", || names(&old) == ["Bass"]);
    assert_eq!(idle.identity().session, old.identity().session);
}

#[test]
fn a_copy_of_the_project_takes_exactly_its_own_stems_into_a_session_of_its_own() {
    let place = unused_place();
    let original = master(&place, "Album");
    let stems_of_original = [stem(&place, "Drums"), stem(&place, "Bass")];
    until("the original is complete", || names(&original) == ["Bass", "Drums"]);
    let info = |name: &str| Info { name: name.into(), ..Info::default() };
    let copies: Vec<Member> = stems_of_original
        .iter()
        .zip(["Drums copy", "Bass copy"])
        .map(|(stem, name)| Member::join_at(place.clone(), Kind::Stem, stem.identity(), info(name)))
        .collect();
    let copy = Member::join_at(place, Kind::Master, original.identity(), Info::default());
    until("all are in one session", || names(&copy).len() == 4);
    copy.make_independent();
    until("the copies follow", || names(&copy) == ["Bass copy", "Drums copy"]);
    until("the others stay", || names(&original) == ["Bass", "Drums"]);
    assert_eq!(copy.identity().session_name, "Album 2");
    until("the copies know its name", || copies.iter().all(|stem| stem.link() == linked("Album 2")));
}

#[test]
fn two_masters_of_one_session_know_of_each_other() {
    let place = unused_place();
    let first = master(&place, "Album");
    until("the first is announced", || first.link() == linked("Album"));
    let twin = Identity { instance: session::uuid::Uuid::random(), ..first.identity() };
    let second = Member::join_at(place, Kind::Master, twin, Info::default());
    let mut views = Vec::new();
    until("both are listed", || {
        first.masters(&mut views);
        views.len() == 2
    });
    assert!(views.iter().any(|view| view.instance == second.identity().instance));
}

#[test]
fn the_master_names_the_session() {
    let place = unused_place();
    let (master, stem) = (master(&place, "Album"), stem(&place, "Drums"));
    until("the stem is linked", || stem.link() == linked("Album"));
    master.rename_session("Side B");
    until("the stem knows", || stem.link() == linked("Side B"));
    assert_eq!(stem.identity().session_name, "Side B");
}

#[test]
fn stems_are_listed_by_role_and_name_whoever_came_first() {
    let place = unused_place();
    let master = master(&place, "Album");
    let stem = |name: &str, role| Info { name: name.into(), role, ..Info::default() };
    let infos = [stem("Strings", 3), stem("Bass", 1), stem("Kit", 0), stem("Guitar", 3)];
    let members: Vec<Member> =
        infos.into_iter().map(|info| Member::join_at(place.clone(), Kind::Stem, Identity::new(), info)).collect();
    until("all are there in order", || names(&master) == ["Kit", "Bass", "Guitar", "Strings"]);
    members[1].set_info(&stem("Sub", 2));
    until("a change moves one", || names(&master) == ["Kit", "Sub", "Guitar", "Strings"]);
}

#[test]
fn every_reading_arrives_as_it_was_published() {
    let place = unused_place();
    let (master, stem) = (master(&place, "Album"), stem(&place, "Drums"));
    let mut publisher = stem.publisher();
    let meters = Meters {
        peak_db: [-1.0, -2.0],
        held_peak_db: [-0.5, -1.5],
        rms_db: [-12.0, -13.0],
        momentary_lufs: -14.0,
        short_term_lufs: -15.0,
        integrated_lufs: -16.0,
        max_momentary_lufs: -10.0,
        max_short_term_lufs: -11.0,
        range_lu: 4.5,
        true_peak_dbtp: [-0.25, -1.25],
        max_true_peak_dbtp: 0.75,
        max_sample_peak_db: 0.5,
        gain_reduction_db: 2.5,
        max_gain_reduction_db: 6.5,
        correlation: -0.75,
        trim_db: -3.0,
        clip_count: 17,
        loudness_reset_count: 2,
        sample_rate_hz: 96_000.0,
    };
    let run = Run { processing: true, offline: false, bypassed: true, playing: true, muted: true, soloed: true };
    let position = Position { song_frames: -4711, run };
    until("the stem is announced", || stem.link() == linked("Album"));
    assert_eq!(stems(&master)[0].meters.peak_db, [SILENCE_DB; 2]);
    publisher.publish_now(&meters, position);
    let view = stems(&master).remove(0);
    assert_eq!((view.meters, view.position), (meters, position));
}

#[test]
fn readings_are_stored_once_in_128_frames_and_the_last_ones_on_demand() {
    let place = unused_place();
    let (master, stem) = (master(&place, "Album"), stem(&place, "Drums"));
    until("the stem is announced", || stem.link() == linked("Album"));
    let mut publisher = stem.publisher();
    let meters = |clip_count| Meters { clip_count, ..Meters::default() };
    publisher.publish(&meters(0), Position::default(), 32);
    let mut read = Vec::new();
    for clip_count in 1..=8 {
        assert_eq!(publisher.is_due(Position::default(), 32), clip_count % 4 == 0);
        publisher.publish(&meters(clip_count), Position::default(), 32);
        read.push(stems(&master)[0].meters.clip_count);
    }
    assert_eq!(read, [0, 0, 0, 4, 4, 4, 4, 8]);
    publisher.publish_now(&meters(9), Position::default());
    assert_eq!(stems(&master)[0].meters.clip_count, 9);
}

#[test]
fn a_new_activation_takes_over_from_the_old_one() {
    let place = unused_place();
    let (master, stem) = (master(&place, "Album"), stem(&place, "Drums"));
    until("the stem is announced", || stem.link() == linked("Album"));
    let (mut old, mut new) = (stem.publisher(), stem.publisher());
    let meters = |clip_count| Meters { clip_count, ..Meters::default() };
    new.publish_now(&meters(2), Position::default());
    old.publish_now(&meters(1), Position::default());
    assert_eq!(stems(&master)[0].meters.clip_count, 2);
}

#[test]
fn an_audio_thread_that_outlives_its_instance_disturbs_nobody() {
    let place = unused_place();
    let master = master(&place, "Album");
    let gone = stem(&place, "Drums");
    let mut publisher = gone.publisher();
    until("the stem is there", || names(&master) == ["Drums"]);
    drop(gone);
    assert!(names(&master).is_empty(), "leaving takes effect at once");
    let heir = stem(&place, "Bass");
    until("the next stem has the slot", || names(&master) == ["Bass"]);
    publisher.publish_now(&Meters { clip_count: 99, ..Meters::default() }, Position::default());
    assert_eq!(stems(&master)[0].meters, Meters::default());
    drop(heir);
}

#[test]
fn commands_arrive_once_and_are_answered() {
    let place = unused_place();
    let (master, stem) = (master(&place, "Album"), stem(&place, "Drums"));
    let mut publisher = stem.publisher();
    until("the stem is there", || stem.link() == linked("Album") && names(&master).len() == 1);
    let id = stems(&master)[0].id;
    let commands = [
        (Command::Trim { trim_db: -1.5 }, Answer::Clamped),
        (Command::Mute(true), Answer::Applied),
        (Command::Solo(true), Answer::Refused),
        (Command::ResetLoudness, Answer::Deferred),
        (Command::ResetPeaks, Answer::Applied),
        (Command::Color { color_argb: 0xff00_ff00 }, Answer::Applied),
        (Command::Identify, Answer::Unknown),
    ];
    let tickets = commands.map(|(command, _)| master.send(id, command).unwrap());
    assert!(tickets.iter().all(|ticket| master.delivery(ticket) == Delivery::Pending));
    let mut heard = Vec::new();
    until("all are heard", || {
        publisher.poll_commands(|command| {
            heard.push(command);
            commands.iter().find(|(sent, _)| *sent == command).map_or(Answer::Unknown, |(_, answer)| *answer)
        });
        heard.len() == commands.len()
    });
    assert_eq!(heard, commands.map(|(command, _)| command));
    for (ticket, (_, answer)) in tickets.iter().zip(commands) {
        assert_eq!(master.delivery(ticket), Delivery::Answered(answer));
    }
    publisher.poll_commands(|command| panic!("heard twice: {command:?}"));
}

#[test]
fn the_newest_of_two_trims_wins_and_the_older_one_is_told() {
    let place = unused_place();
    let (one, stem) = (master(&place, "Album"), stem(&place, "Drums"));
    let twin = Identity { instance: session::uuid::Uuid::random(), ..one.identity() };
    let two = Member::join_at(place, Kind::Master, twin, Info::default());
    let mut publisher = stem.publisher();
    until("both see the stem", || stems(&one).len() == 1 && stems(&two).len() == 1 && two.link() == linked("Album"));
    let id = stems(&one)[0].id;
    let older = one.send(id, Command::Trim { trim_db: 1.0 }).unwrap();
    let newer = two.send(id, Command::Trim { trim_db: 2.0 }).unwrap();
    let mut heard = Vec::new();
    until("a trim is heard", || {
        publisher.poll_commands(|command| {
            heard.push(command);
            Answer::Applied
        });
        !heard.is_empty()
    });
    assert_eq!(heard, [Command::Trim { trim_db: 2.0 }]);
    assert_eq!(
        (one.delivery(&older), two.delivery(&newer)),
        (Delivery::Superseded, Delivery::Answered(Answer::Applied))
    );
}

#[test]
fn a_stem_that_is_not_processed_does_not_respond() {
    let place = unused_place();
    let (master, stem) = (master(&place, "Album"), stem(&place, "Drums"));
    until("the stem is there", || names(&master).len() == 1);
    let ticket = master.send(stems(&master)[0].id, Command::Identify).unwrap();
    until("half a second is over", || master.delivery(&ticket) == Delivery::NotResponding);
    drop(stem);
    assert_eq!(master.delivery(&ticket), Delivery::Gone);
}

#[test]
fn nobody_obeys_a_stranger() {
    let place = unused_place();
    let (ours, stranger) = (master(&place, "Ours"), master(&place, "Other"));
    let saved = Identity { session: ours.identity().session, ..Identity::new() };
    let stem = Member::join_at(place, Kind::Stem, saved, Info::default());
    let mut publisher = stem.publisher();
    until("the stem is there", || stem.link() == linked("Ours") && stems(&ours).len() == 1);
    until("the stranger is there", || stranger.link() == linked("Other"));
    let id = stems(&ours)[0].id;
    let ticket = stranger.send(id, Command::Mute(true)).unwrap();
    until("the stranger gets no answer", || {
        publisher.poll_commands(|command| panic!("obeyed {command:?}"));
        stranger.delivery(&ticket) == Delivery::NotResponding
    });
}

#[test]
fn commands_to_a_stem_that_left_go_nowhere() {
    let place = unused_place();
    let (master, first) = (master(&place, "Album"), stem(&place, "Drums"));
    until("the stem is there", || names(&master).len() == 1);
    let id = stems(&master)[0].id;
    let ticket = master.send(id, Command::Mute(true)).unwrap();
    drop(first);
    let second = stem(&place, "Bass");
    until("another has its slot", || stems(&master).iter().any(|view| view.id.slot == id.slot && view.id != id));
    let mut publisher = second.publisher();
    let heir = stems(&master).iter().find(|view| view.id.slot == id.slot).unwrap().id;
    let greeting = master.send(heir, Command::Identify).unwrap();
    until("the heir obeys this master, but not what it told another", || {
        publisher.poll_commands(|command| {
            assert_eq!(command, Command::Identify);
            Answer::Applied
        });
        master.delivery(&greeting) == Delivery::Answered(Answer::Applied)
    });
    assert_eq!(master.delivery(&ticket), Delivery::Gone);
    assert_eq!(master.send(id, Command::Mute(true)).unwrap_err(), SendError::Gone);
    assert_eq!(second.send(stems(&master)[0].id, Command::Identify).unwrap_err(), SendError::NotAMaster);
}

#[test]
fn a_solo_silences_the_other_stems_but_no_bounce() {
    let place = unused_place();
    let (master, drums, bass) = (master(&place, "Album"), stem(&place, "Drums"), stem(&place, "Bass"));
    until("both are there", || names(&master).len() == 2);
    let (mut drums_audio, mut bass_audio) = (drums.publisher(), bass.publisher());
    let soloed = Run { soloed: true, ..Run::default() };
    say(&mut drums_audio, soloed);
    say(&mut bass_audio, Run::default());
    until("the bass is silent", || bass_audio.implied_mute());
    assert!(!drums_audio.implied_mute());
    say(&mut bass_audio, Run { offline: true, ..Run::default() });
    assert!(!bass_audio.implied_mute());
    say(&mut bass_audio, Run::default());
    assert!(bass_audio.implied_mute());
    drop(drums);
    until("nobody is soloed any more", || !bass_audio.implied_mute());
}

#[test]
fn a_stem_that_stands_still_is_soloed_by_what_its_helper_says() {
    let place = unused_place();
    let (master, drums, bass) = (master(&place, "Album"), stem(&place, "Drums"), stem(&place, "Bass"));
    until("both are there", || names(&master).len() == 2);
    let mut bass_audio = bass.publisher();
    let solo = |soloed| drums.set_info(&Info { name: "Drums".into(), soloed, ..Info::default() });
    solo(true);
    until("the bass is silent", || bass_audio.implied_mute());
    say(&mut bass_audio, Run::default());
    let shown = |name: &str| stems(&master).into_iter().find(|view| view.info.name == name).unwrap();
    assert_eq!((shown("Drums").soloed, shown("Drums").silenced), (true, false));
    assert_eq!((shown("Bass").soloed, shown("Bass").silenced), (false, true));
    // What its audio said last must not hold it, once that has stopped.
    say(&mut drums.publisher(), Run { soloed: true, ..Run::default() });
    solo(false);
    until("the bass is heard again", || !bass_audio.implied_mute());
}

#[test]
fn a_stopped_stem_obeys_all_but_what_needs_its_audio() {
    let place = unused_place();
    let (master, stem) = (master(&place, "Album"), stem(&place, "Drums"));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    stem.follow_commands(move |command| {
        ears.lock().unwrap().push(command);
        Answer::Clamped
    });
    let mut publisher = stem.publisher();
    until("the stem is there", || stem.link() == linked("Album") && names(&master).len() == 1);
    let id = stems(&master)[0].id;
    let trim = Command::Trim { trim_db: 99.0 };
    let tickets = [trim, Command::ResetLoudness].map(|command| master.send(id, command).unwrap());
    until("the trim is answered", || master.delivery(&tickets[0]) == Delivery::Answered(Answer::Clamped));
    assert_eq!(*heard.lock().unwrap(), [trim]);
    let mut in_audio = Vec::new();
    until("the reset is answered", || {
        publisher.poll_commands(|command| {
            in_audio.push(command);
            Answer::Applied
        });
        master.delivery(&tickets[1]) == Delivery::Answered(Answer::Applied)
    });
    assert_eq!(in_audio, [Command::ResetLoudness], "the trim was heard twice");
}

#[test]
fn every_command_is_obeyed_once_whether_the_audio_runs_or_rests() {
    let place = unused_place();
    let (master, stem) = (master(&place, "Album"), stem(&place, "Drums"));
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    stem.follow_commands(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Answer::Applied
    });
    let mut publisher = stem.publisher();
    until("the stem is there", || stem.link() == linked("Album") && names(&master).len() == 1);
    let id = stems(&master)[0].id;
    master.request_fast();
    for round in 1..=20 {
        let ticket = master.send(id, Command::Identify).unwrap();
        // No publish: for the helper the audio rests, so both look for commands all the time.
        until("the command is answered", || {
            publisher.poll_commands(|_| {
                count.fetch_add(1, Ordering::Relaxed);
                Answer::Applied
            });
            master.delivery(&ticket) == Delivery::Answered(Answer::Applied)
        });
        assert_eq!(count.load(Ordering::Relaxed), round);
    }
}

#[test]
fn stems_without_a_name_are_numbered_and_keep_their_numbers() {
    let place = unused_place();
    let master = master(&place, "Album");
    let mut members: Vec<Member> = (0..3).map(|_| stem(&place, "")).collect();
    until("all have numbers", || names(&master) == ["Stem 1", "Stem 2", "Stem 3"]);
    let number = |member: &Member| member.identity().stem_number;
    let second = members.iter().position(|member| number(member) == 2).unwrap();
    let saved = members.swap_remove(second).identity();
    until("the others keep theirs", || names(&master) == ["Stem 1", "Stem 3"]);
    let reopened = Member::join_at(place.clone(), Kind::Stem, saved, Info::default());
    until("so does a reopened one", || names(&master) == ["Stem 1", "Stem 2", "Stem 3"]);
    assert_eq!(reopened.name(), "Stem 2");
    let copy = Member::join_at(place, Kind::Stem, reopened.identity(), Info::default());
    until("a copy takes the next", || names(&master).last().is_some_and(|name| name == "Stem 4"));
    assert_eq!((number(&reopened), number(&copy)), (2, 4));
    reopened.set_info(&Info { name: "Kit".into(), ..Info::default() });
    until("a name replaces the number", || names(&master).contains(&"Kit".into()));
}

#[test]
fn a_track_copied_ten_times_makes_ten_stems() {
    let place = unused_place();
    let master = master(&place, "Album");
    let original = stem(&place, "Drums");
    until("the original is there", || names(&master) == ["Drums"]);
    let copies: Vec<Member> =
        (0..10).map(|_| Member::join_at(place.clone(), Kind::Stem, original.identity(), Info::default())).collect();
    until("all are there", || names(&master).len() == 11);
    let views = stems(&master);
    let distinct = |names: Vec<String>| names.iter().collect::<HashSet<_>>().len();
    assert_eq!(distinct(views.iter().map(|view| view.instance.to_string()).collect()), 11);
    assert_eq!(distinct(views.iter().map(|view| view.info.name.clone()).collect()), 11);
    drop(copies);
}

#[test]
fn sessions_that_nobody_named_have_names_of_their_own() {
    let place = unused_place();
    let new = || Member::join_at(place.clone(), Kind::Master, Identity::new(), Info::default());
    let masters = [new(), new(), new()];
    let session_names = || {
        let mut names: Vec<_> = masters.iter().map(|master| master.identity().session_name).collect();
        names.sort();
        names
    };
    until("all are named", || session_names() == ["Session", "Session 2", "Session 3"]);
    masters[0].rename_session("Session 2");
    until("a name given by hand stays", || masters[0].link() == linked("Session 2"));
}

/// What a stem of a given number publishes when the song has reached a place.
fn reading(stem: usize, song_frames: i64) -> Meters {
    Meters {
        momentary_lufs: -1.0 - stem as f64,
        peak_db: [-(song_frames as f64 / 512.0) % 64.0; 2],
        ..Meters::default()
    }
}

#[test]
fn stems_that_run_ahead_are_compared_at_the_place_the_master_is_at() {
    let place = unused_place();
    let master = master(&place, "Album");
    let members: Vec<Member> = (0..3).map(|number| stem(&place, &number.to_string())).collect();
    until("all are there", || names(&master).len() == 3);
    let mut publishers: Vec<Publisher> = members.iter().map(Member::publisher).collect();
    let mut views = Vec::new();
    master.stems_at(0, &mut views);
    assert!(views.len() == 3 && views.iter().all(|view| view.moment.is_none()), "nobody has heard anything yet");
    // Blocks of 256 frames; stem n is n times 2048 frames ahead of the master.
    let mut master_audio = master.publisher();
    for block in 1..=200 {
        for (number, publisher) in publishers.iter_mut().enumerate() {
            let song_frames = 256 * block + 2048 * number as i64;
            publisher.publish(&reading(number, song_frames), Position { song_frames, ..Position::default() }, 256);
        }
        let position = Position { song_frames: 256 * block, ..Position::default() };
        master_audio.publish_now(&Meters::default(), position);
    }
    for song_frames in [256 * 200, 256 * 200 - 3 * 512] {
        until("the audio is seen to move", || {
            master.stems_at(song_frames, &mut views);
            views.len() == 3
        });
        for (number, view) in views.iter().enumerate() {
            let moment = view.moment.unwrap();
            assert_eq!(moment.position.song_frames, song_frames);
            let expected = reading(number, song_frames);
            assert_eq!((moment.momentary_lufs, moment.peak_db), (expected.momentary_lufs, expected.peak_db));
        }
    }
    master.stems_at(-100_000, &mut views);
    assert!(views.iter().all(|view| view.moment.is_none()), "nobody was there lately");
}

/// Stops a thread when it goes out of scope.
struct StopAtTheEnd<'a>(&'a AtomicBool);

impl Drop for StopAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn in_a_fast_render_every_list_is_about_one_place_of_the_song() {
    let place = unused_place();
    let master = master(&place, "Album");
    let members: Vec<Member> = (0..16).map(|number| stem(&place, &format!("{number:02}"))).collect();
    until("all are there", || names(&master).len() == 16);
    let publishers: Vec<Publisher> = members.iter().map(Member::publisher).collect();
    let (stop, lists) = (AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut publishers, mut song_frames) = (publishers, 0);
            while !stop.load(Ordering::Relaxed) {
                song_frames += 512;
                for (number, publisher) in publishers.iter_mut().enumerate() {
                    let position = Position { song_frames, ..Position::default() };
                    publisher.publish(&reading(number, song_frames), position, 512);
                }
                // A hundred times as fast as 48 kHz.
                std::thread::sleep(Duration::from_micros(107));
            }
        });
        // Also when an assertion below fails: the scope waits for the thread.
        let _stop_at_the_end = StopAtTheEnd(&stop);
        let mut views = Vec::new();
        let mut moving = 0;
        while moving < 500 {
            master.stems(&mut views);
            let places: HashSet<_> =
                views.iter().filter_map(|view| view.moment).map(|moment| moment.position.song_frames).collect();
            // None: the audio has not been seen to move yet.
            if places.is_empty() {
                continue;
            }
            moving += 1;
            // The reader may be interrupted between two slots for longer than the history reaches back.
            lists.fetch_add(u32::from(places.len() == 1), Ordering::Relaxed);
            for (number, moment) in views.iter().enumerate().filter_map(|(number, view)| Some((number, view.moment?))) {
                let expected = reading(number, moment.position.song_frames);
                assert_eq!((moment.momentary_lufs, moment.peak_db), (expected.momentary_lufs, expected.peak_db));
            }
        }
    });
    let lists = lists.load(Ordering::Relaxed);
    assert!(lists > 250, "only {lists} of 500 lists were about one place");
}

#[test]
fn a_render_of_the_host_is_not_listed() {
    let place = unused_place();
    let (master, drums) = (master(&place, "Album"), stem(&place, "Drums"));
    until("the stem is there", || names(&master).len() == 1);
    let render =
        Member::join_at(place, Kind::Stem, drums.identity(), Info { name: "Render".into(), ..Info::default() });
    let mut publisher = render.publisher();
    until("the copy is there", || names(&master).len() == 2);
    say(&mut publisher, Run { offline: true, ..Run::default() });
    assert_eq!(names(&master), ["Drums"]);
}

#[test]
fn activity_follows_the_audio() {
    let place = unused_place();
    let (master, drums) = (master(&place, "Album"), stem(&place, "Drums"));
    let mut publisher = drums.publisher();
    until("the stem is there", || names(&master).len() == 1);
    assert_eq!(stems(&master)[0].activity, Activity::Idle);
    until("it plays", || {
        say(&mut publisher, Run::default());
        stems(&master)[0].activity == Activity::Live
    });
    until("it stops", || stems(&master)[0].activity == Activity::Idle);
}

#[test]
fn the_129th_instance_is_told_that_the_session_is_full() {
    let place = unused_place();
    let members: Vec<Member> = (0..129).map(|number| stem(&place, &number.to_string())).collect();
    until("all are settled", || members.iter().all(|member| member.link() != Link::Opening));
    let full: Vec<_> = members.iter().filter(|member| member.link() == Link::Full).collect();
    assert_eq!(full.len(), 1);
}

#[test]
fn members_may_come_and_go_quickly() {
    let place = unused_place();
    for _ in 0..200 {
        let stem = stem(&place, "Drums");
        let _publisher = stem.publisher();
    }
    let (master, last) = (master(&place, "Album"), stem(&place, "Last"));
    until("only the last is left", || names(&master) == ["Last"]);
    drop(last);
}

#[cfg(target_os = "linux")]
#[test]
fn members_move_from_the_heap_to_the_shared_place_as_soon_as_there_is_one() {
    use std::os::unix::fs::PermissionsExt;
    let directory = place::directory::Directory::new();
    let allow = |mode| std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(mode)).unwrap();
    allow(0o777);
    let (master, stem) = (master(&directory.place(), "Album"), stem(&directory.place(), "Drums"));
    until("they meet on the heap", || names(&master) == ["Drums"] && stem.link() == linked("Album"));
    assert!(master.local_only().unwrap().contains("open to other users"));
    let mut publisher = stem.publisher();
    allow(0o700);
    until("they have moved", || master.local_only().is_none());
    until("and meet there", || names(&master) == ["Drums"] && stem.link() == linked("Album"));
    publisher.publish_now(&Meters { clip_count: 5, ..Meters::default() }, Position::default());
    until("with their readings", || stems(&master).first().is_some_and(|view| view.meters.clip_count == 5));
    assert!(directory.file("bus-v1.shm").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn another_major_version_is_noticed_while_it_is_open() {
    use std::os::unix::fs::OpenOptionsExt;
    let directory = place::directory::Directory::new();
    let stem = stem(&directory.place(), "Drums");
    until("the stem is announced", || stem.link() != Link::Opening);
    let open = |name: &str| {
        std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(directory.file(name))
            .unwrap()
    };
    let ours = open("bus-v1.lock");
    assert!(ours.try_lock().is_err(), "a later version can see us");
    let later = open("bus-v2.lock");
    later.lock_shared().unwrap();
    until("it is noticed", || stem.other_versions() == [2]);
    drop(later);
    until("and that it is gone", || stem.other_versions().is_empty());
}
