//! What hands ask of stems and of the session.

use egui::Key;
use egui_kittest::kittest::Queryable;
use session::command::Command;
use session::member::{Candidate, StemId};

use super::stems::{playing, stem, stems};
use super::*;

/// Two stems, Drums and Bass.
fn two() -> Opened {
    open(playing(vec![stem(0, "Drums"), stem(1, "Bass")]), DESIGN)
}

const BASS: StemId = StemId { slot: 1, generation: 1 };

#[test]
fn the_buttons_of_a_stem_command_that_stem() {
    let mut opened = two();
    for (name, command) in
        [("Mute Bass", Command::Mute(true)), ("Solo Bass", Command::Solo(true)), ("Identify Bass", Command::Identify)]
    {
        opened.harness.get_by_label(name).click();
        opened.harness.run_steps(3);
        assert_eq!(opened.asked(), [Request::Ask(BASS, command)], "{name}");
    }
}

#[test]
fn a_colour_travels_without_transparency() {
    let mut opened = two();
    opened.harness.get_by_label("Colour of Bass").click();
    opened.harness.run_steps(5);
    opened.harness.get_by_label("Blue").click();
    opened.harness.run_steps(3);
    assert_eq!(opened.asked(), [Request::Ask(BASS, Command::Color { color_argb: 0xff6e_c6ff })]);
}

#[test]
fn a_typed_trim_asks_for_that_trim_and_the_control_stays_there() {
    let mut opened = two();
    opened.harness.get_by_label("Trim Bass").focus();
    opened.harness.run_steps(2);
    opened.harness.key_press(Key::Enter);
    opened.harness.run_steps(3);
    opened.harness.get_by_label("Trim Bass entry").type_text("−1,5 dB");
    opened.harness.run_steps(2);
    opened.harness.key_press(Key::Enter);
    opened.harness.run_steps(3);
    assert!(
        matches!(opened.asked()[..], [Request::Ask(BASS, Command::Trim { trim_db })] if (trim_db + 1.5).abs() < 1e-4)
    );
    assert_eq!(opened.harness.get_by_label("Trim Bass").value().as_deref(), Some("−1.5 dB"));
}

#[test]
fn a_refusal_is_told_beside_the_stem() {
    let mut drums = stem(0, "Drums");
    drums.refused = session::command::Answer::TrackDecides.reason();
    let opened = open(playing(vec![drums]), DESIGN);
    let said = opened.harness.get_by_label("Drums, Drums").value().unwrap_or_default();
    assert!(said.ends_with("change it there."), "{said}");
}

#[test]
fn a_session_is_renamed_by_typing_over_its_name() {
    let mut opened = two();
    opened.harness.get_by_label("Session name").focus();
    opened.harness.run_steps(2);
    opened.harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    opened.harness.run_steps(2);
    opened.harness.get_by_label("Session name").type_text("Album");
    opened.harness.run_steps(2);
    assert_eq!(opened.asked(), [], "not while it is typed");
    opened.harness.key_press(Key::Enter);
    opened.harness.run_steps(3);
    assert_eq!(opened.asked(), [Request::Rename("Album".to_owned())]);
}

#[test]
fn escape_leaves_the_name_as_it_was() {
    let mut opened = two();
    opened.harness.get_by_label("Session name").focus();
    opened.harness.run_steps(2);
    opened.harness.get_by_label("Session name").type_text("Album");
    opened.harness.run_steps(2);
    opened.harness.key_press(Key::Escape);
    opened.harness.run_steps(3);
    assert_eq!(opened.asked(), []);
    assert_eq!(opened.harness.get_by_label("Session name").value().as_deref(), Some("Session"));
}

#[test]
fn the_session_is_linked_wider_and_made_independent() {
    let mut opened = two();
    opened.harness.get_by_label("Link across applications").click();
    opened.harness.run_steps(3);
    assert_eq!(opened.asked(), [Request::LinkAcrossApplications(true)]);
    opened.seen.lock().unwrap().links_across_applications = true;
    opened.harness.run_steps(2);
    opened.harness.get_by_label("Link across applications").click();
    opened.harness.run_steps(3);
    assert_eq!(opened.asked(), [Request::LinkAcrossApplications(false)]);
    opened.harness.get_by_label("Make independent").click();
    opened.harness.run_steps(3);
    assert_eq!(opened.asked(), [Request::MakeIndependent]);
}

/// A session whose stems wait, or one that has a master.
fn candidate(number: u32, session_name: &str, has_master: bool) -> Candidate {
    Candidate {
        session: format!("{number:032x}").parse().unwrap(),
        session_name: session_name.to_owned(),
        host_name: "REAPER".to_owned(),
        stem_count: 3,
        has_master,
    }
}

#[test]
fn a_session_that_waits_is_taken_over_and_stems_that_ask_are_adopted() {
    let candidates = vec![candidate(1, "Album", false), candidate(2, "Single", true)];
    let seen = Seen { candidates: candidates.clone(), undecided_stem_count: 2, ..playing(stems(2)) };
    let mut opened = open(seen, DESIGN);
    for (line, request) in [
        ("Album (3 stems wait)", Request::Choose(candidates[0].clone())),
        ("Single (REAPER, 3 stems)", Request::Choose(candidates[1].clone())),
        ("Adopt 2 stems that ask", Request::AdoptUndecided),
    ] {
        opened.harness.get_by_label("Choose a session").click();
        opened.harness.run_steps(5);
        opened.harness.get_by_label(line).click();
        opened.harness.run_steps(5);
        assert_eq!(opened.asked(), [request], "{line}");
    }
}

#[test]
fn without_another_session_there_is_nothing_to_choose() {
    assert!(two().harness.query_by_label("Choose a session").is_none());
}

#[test]
fn what_the_user_should_know_stands_in_the_window() {
    use plugin_kit::membership::Notice;
    let seen = Seen {
        notices: vec![
            Notice::AnotherMaster { host_name: "REAPER".to_owned() },
            Notice::Solo { name: "Drums".to_owned() },
            Notice::Waiting { session_name: "Album".to_owned(), more: 1, stem_count: 3 },
            Notice::Undecided { stem_count: 1 },
        ],
        link: "Linked to Session (this plugin in this process only: no shared memory)".to_owned(),
        is_local_only: true,
        ..playing(stems(2))
    };
    let opened = open(seen, DESIGN);
    let said = |label: &str| opened.harness.get_by_label(label).value().unwrap_or_default();
    assert!(said("Session guard rail").contains("no shared memory"));
    assert!(said("Notice 1 guard rail").starts_with("Another Master Bus is in this session (REAPER)."));
    assert!(said("Notice 2 guard rail").starts_with("Drums is soloed"));
    assert!(said("Notice 3 guard rail").starts_with("3 stems wait for the Master Bus of Album and 1 more: choose"));
    assert!(said("Notice 4 guard rail").starts_with("1 stem asks which"));
}

#[test]
fn a_solo_is_told_and_moves_nothing_under_the_hand() {
    use plugin_kit::membership::Notice;
    let mut opened = two();
    let before = opened.harness.get_by_label("Solo Bass").rect();
    opened.seen.lock().unwrap().notices = vec![Notice::Solo { name: "Bass".to_owned() }];
    opened.harness.run_steps(3);
    assert_eq!(opened.harness.get_by_label("Solo Bass").rect(), before);
    let said = opened.harness.get_by_label("Notice 1 guard rail").value().unwrap_or_default();
    assert!(said.starts_with("Bass is soloed"), "{said}");
}
