//! The window is drawn again when something it shows has changed, and only then.

use dsp::meter::Readings;
use dsp::units::SILENCE_DB;
use gui::shown::Shown;

use super::stems::{playing, stems};
use super::*;

/// Whether what is shown after a change is new.
fn is_new(change: impl Fn(&mut Seen)) -> bool {
    let mut seen = playing(stems(3));
    let mut shown = Shown::default();
    seen.note(&mut shown);
    shown.is_new();
    change(&mut seen);
    seen.note(&mut shown);
    shown.is_new()
}

#[test]
fn what_can_be_read_differently_is_drawn_again() {
    type Change = fn(&mut Seen);
    let changes: [(&str, Change); 11] = [
        ("integrated loudness", |seen| seen.measured.readings.meter.integrated_lufs += 0.1),
        ("limiter", |seen| seen.limiter_steps += 1),
        ("a trim", |seen| seen.stems[1].view.meters.trim_db -= 0.1),
        ("a mute", |seen| seen.stems[1].view.position.run.muted = true),
        ("a refusal", |seen| seen.stems[2].refused = Some("The stem does not respond.")),
        ("an answer", |seen| seen.stems[2].is_pending = true),
        ("a stem that leaves", |seen| drop(seen.stems.pop())),
        ("the link", |seen| seen.link = "Looking for the session".to_owned()),
        ("the null test", |seen| seen.measured.readings.null = None),
        ("a stem that asks", |seen| seen.undecided_stem_count = 1),
        ("the wider link", |seen| seen.links_across_applications = true),
    ];
    for (what, change) in changes {
        assert!(is_new(change), "{what}");
    }
}

#[test]
fn time_alone_is_not_drawn_again() {
    assert!(!is_new(|seen| {
        seen.measured.readings.meter.measured_frames += 48_000;
        seen.measured.readings.meter.integrated_lufs += 0.01;
        seen.stems[0].view.position.song_frames += 512;
    }));
}

/// What a resting host gives: it goes on measuring silence.
fn resting(measured_s: f64) -> Seen {
    let mut seen = playing(Vec::new());
    seen.measured.is_playing = false;
    seen.measured.readings.meter = Readings {
        measured_frames: (measured_s * 48_000.0) as u64,
        integrated_lufs: -14.0,
        momentary_lufs: SILENCE_DB,
        ..Readings::default()
    };
    seen
}

#[test]
fn histories_stand_still_while_the_transport_rests() {
    let (mut memory, feed) = (Memory::default(), crate::limiter_feed::LimiterFeed::default());
    let mut seen = playing(Vec::new());
    for tenth in 0..100 {
        seen.measured.readings.meter.measured_frames = tenth * 4_800 + 10;
        memory.update(&seen, &feed);
    }
    memory.update(&resting(600.0), &feed);
    let opened = open_with(seen, DESIGN, memory);
    use egui_kittest::kittest::Queryable;
    let said = opened.harness.get_by_label("Loudness history").value().unwrap_or_default();
    assert!(said.ends_with("at 0:09"), "{said}");
}
