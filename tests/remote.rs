//! What a master asks of a stem becomes a parameter of the stem, as if a hand had moved it.

use std::time::{Duration, Instant};

use serde_json::json;
use session::command::{Answer, Command, Delivery};
use session::delivery::Ticket;
use session::identity::{Identity, Info, Kind};
use session::member::{Link, Member, Place, StemId, StemView};
use session::uuid::Uuid;

use crate::bundles::{Product, session_directory};
use crate::fake_host::{Offer, Plugin, Told, value_event};
use crate::signal::{Channels, noise, process_block};
use crate::state::{edited, json_of};

const FRAMES: usize = 128;

/// A master of this test's own, and a stem plugin whose project says it belongs to it.
struct Pair {
    plugin: Plugin,
    master: Member,
    stem: StemId,
}

impl Pair {
    /// The stem is active at 48 kHz and not processing.
    fn new() -> Self {
        let place = Place::Directory(session_directory().to_owned());
        let identity = Identity { session: Some(Uuid::random()), ..Identity::new() };
        let session = identity.session.unwrap();
        let master = Member::join_at(place, Kind::Master, identity, Info::default());
        until("the master is announced", || master.link() != Link::Opening);
        let mut plugin = Plugin::new(Product::StemTrim, Offer::All);
        let instance = Uuid::random();
        restore(&plugin, instance, session);
        plugin.on_main_thread();
        assert!(plugin.activate(48_000.0, FRAMES as u32));
        let mut stem = None;
        until("the master lists the stem", || {
            let mut stems = Vec::new();
            master.stems(&mut stems);
            // Stems of other tests may join, too, when this is the only master about.
            stem = stems.iter().find(|stem| stem.instance == instance).map(|stem| stem.id);
            stem.is_some()
        });
        Self { plugin, master, stem: stem.unwrap() }
    }

    fn block(&self) -> Vec<Told> {
        process_block(self.plugin.audio(), &noise(1, 2, FRAMES), &[]).1
    }

    /// Plays until the stem has answered a command, and one block more; returns what it told the host.
    fn play_until_answered(&self, ticket: &Ticket) -> (Answer, Vec<Told>) {
        let (mut told, mut answered) = (Vec::new(), None);
        until("the stem answers", || {
            told.extend(self.block());
            match self.master.delivery(ticket) {
                Delivery::Answered(answer) => answered = Some(answer),
                Delivery::Pending | Delivery::NotResponding => {}
                other => panic!("the command is {other:?}"),
            }
            answered.is_some()
        });
        told.extend(self.block());
        (answered.unwrap(), told)
    }

    fn trim_text(&self) -> String {
        let id = self.plugin.parameter("Trim").id;
        self.plugin.text(id, self.plugin.value(id)).unwrap()
    }
}

/// Loads a project in which the plugin is this instance of this session.
fn restore(plugin: &Plugin, instance: Uuid, session: Uuid) {
    let saved = json!({
        "instance": instance.to_string(),
        "session": session.to_string(),
        "session_name": "",
        "across_applications": false,
    });
    let state = edited(&plugin.save(), |state| state["fields"]["session"] = json!(saved.to_string()));
    assert!(plugin.load(&state));
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < end, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_trim_from_the_master_is_one_gesture_and_sets_the_parameter() {
    let pair = Pair::new();
    pair.plugin.audio().start();
    for (asked_db, text, answer) in [
        (-3.5, "-3.50 dB", Answer::Applied),
        (100.0, "12.00 dB", Answer::Clamped),
        (-99.0, "-24.00 dB", Answer::Clamped),
    ] {
        let ticket = pair.master.send(pair.stem, Command::Trim { trim_db: asked_db }).unwrap();
        let (answered, told) = pair.play_until_answered(&ticket);
        assert_eq!(answered, answer);
        assert_eq!(pair.trim_text(), text);
        let trim = pair.plugin.parameter("Trim");
        let value = pair.plugin.value(trim.id);
        assert_eq!(told, [Told::Begin(trim.id), Told::Value(trim.id, value), Told::End(trim.id)]);
    }
}

#[test]
fn a_mute_from_the_master_silences_the_stem() {
    let pair = Pair::new();
    pair.plugin.audio().start();
    let mute = pair.plugin.parameter("Mute");
    for on in [true, false] {
        let ticket = pair.master.send(pair.stem, Command::Mute(on)).unwrap();
        let (answered, told) = pair.play_until_answered(&ticket);
        let value = f64::from(u8::from(on));
        assert_eq!(answered, Answer::Applied);
        assert_eq!(pair.plugin.value(mute.id), value);
        assert_eq!(told, [Told::Begin(mute.id), Told::Value(mute.id, value), Told::End(mute.id)]);
    }
}

#[test]
fn a_stopped_stem_takes_a_trim_and_the_host_hears_of_it_in_a_flush() {
    let pair = Pair::new();
    pair.plugin.audio().start();
    pair.block();
    pair.plugin.audio().stop();
    let ticket = pair.master.send(pair.stem, Command::Trim { trim_db: 2.25 }).unwrap();
    until("the stem answers", || pair.master.delivery(&ticket) == Delivery::Answered(Answer::Applied));
    assert_eq!(pair.trim_text(), "2.25 dB");
    let trim = pair.plugin.parameter("Trim").id;
    let told = pair.plugin.flush(&[]);
    assert_eq!(told, [Told::Begin(trim), Told::Value(trim, pair.plugin.value(trim)), Told::End(trim)]);
    pair.plugin.audio().start();
    assert_eq!(pair.block(), [], "told once");
}

#[test]
fn a_parameter_the_host_automates_is_left_to_the_host() {
    let pair = Pair::new();
    pair.plugin.audio().start();
    let (trim, mute) = (pair.plugin.parameter("Trim"), pair.plugin.parameter("Mute"));
    let input = noise(1, 2, FRAMES);
    let ask = |command| pair.master.send(pair.stem, command).unwrap();
    let play_automated = |ticket: &Ticket| {
        let mut place = 0.0;
        until("the stem answers", || {
            place = (place + 0.001) % 1.0;
            let event = value_event(0, trim.id, trim.at(place));
            process_block(pair.plugin.audio(), &input, &[event]);
            matches!(pair.master.delivery(ticket), Delivery::Answered(_))
        });
        pair.master.delivery(ticket)
    };
    // The stem may obey before it has seen the host move anything: what counts is the second wish.
    play_automated(&ask(Command::Identify));
    assert_eq!(play_automated(&ask(Command::Trim { trim_db: -3.0 })), Delivery::Answered(Answer::Refused));
    assert_eq!(play_automated(&ask(Command::Mute(true))), Delivery::Answered(Answer::Applied));
    assert_eq!(pair.plugin.value(mute.id), 1.0);
    // Half a second later nobody moves it any more.
    for _ in 0..24_000 / FRAMES + 1 {
        pair.block();
    }
    assert_eq!(pair.play_until_answered(&ask(Command::Trim { trim_db: -3.0 })).0, Answer::Applied);
    assert_eq!(pair.trim_text(), "-3.00 dB");
}

#[test]
fn a_solo_silences_the_others_without_a_click_and_never_a_render() {
    let place = Place::Directory(session_directory().to_owned());
    let mut pair = Pair::new();
    let session = pair.master.identity().session;
    let other = Member::join_at(place, Kind::Stem, Identity { session, ..Identity::new() }, Info::default());
    pair.plugin.audio().start();
    let loud: Channels = vec![vec![0.5; FRAMES]; 2];
    let block = |pair: &Pair| process_block(pair.plugin.audio(), &loud, &[]).0.swap_remove(0);
    let mut last = 0.5;
    // Returns the largest step from sample to sample.
    let mut play_until = |pair: &Pair, level: f32| {
        let mut largest_step: f32 = 0.0;
        until("the level is reached", || {
            let played = block(pair);
            for sample in &played {
                largest_step = largest_step.max((sample - last).abs());
                last = *sample;
            }
            played.iter().all(|sample| *sample == level)
        });
        largest_step
    };
    play_until(&pair, 0.5);
    let solo = |soloed| other.set_info(&Info { name: "Other".into(), soloed, ..Info::default() });
    for (soloed, level) in [(true, 0.0), (false, 0.5)] {
        solo(soloed);
        let step = play_until(&pair, level);
        // A glide over 20 ms, 960 frames at 48 kHz: each step is about a thousandth of the level.
        assert!(step < 0.002, "a step of {step}");
    }
    solo(true);
    play_until(&pair, 0.0);
    pair.plugin.set_offline(true);
    assert!(block(&pair).iter().all(|sample| *sample == 0.5), "from the first sample of the render on");
    pair.plugin.set_offline(false);
    play_until(&pair, 0.0);
    pair.plugin.deactivate();
}

#[test]
fn a_stem_says_that_it_is_soloed_and_takes_a_colour_where_the_host_gives_none() {
    let pair = Pair::new();
    pair.plugin.audio().start();
    let ask = |command| pair.play_until_answered(&pair.master.send(pair.stem, command).unwrap()).0;
    let seen = |is_true: &dyn Fn(&StemView) -> bool| {
        let mut stems = Vec::new();
        pair.master.stems(&mut stems);
        stems.iter().any(|stem| stem.id == pair.stem && is_true(stem))
    };
    assert_eq!(ask(Command::Identify), Answer::Applied);
    assert_eq!(ask(Command::Solo(true)), Answer::Applied);
    until("the master sees the solo", || {
        pair.block();
        seen(&|stem| stem.soloed)
    });
    assert_eq!(ask(Command::Color { color_argb: 0xff11_2233 }), Answer::Applied);
    until("the master sees the colour", || seen(&|stem| stem.info.color_argb == 0xff11_2233));
    assert_eq!(json_of(&pair.plugin.save())["fields"]["color"], json!(0xff11_2233_u32.to_string()));
    pair.plugin.rename_track("Drum bus");
    until("the track's colour counts", || seen(&|stem| stem.info.color_argb == 0xff20_4060));
    assert_eq!(ask(Command::Color { color_argb: 0xff44_5566 }), Answer::TrackDecides);
}

#[test]
fn what_is_asked_while_the_stem_is_inactive_happens_after_its_activation() {
    let mut pair = Pair::new();
    pair.plugin.deactivate();
    let ticket = pair.master.send(pair.stem, Command::Trim { trim_db: 4.5 }).unwrap();
    assert!(pair.plugin.activate(96_000.0, FRAMES as u32));
    pair.plugin.audio().start();
    assert_eq!(pair.play_until_answered(&ticket).0, Answer::Applied);
    assert_eq!(pair.trim_text(), "4.50 dB");
}

#[test]
fn an_edit_taken_in_the_last_block_before_a_stop_is_told_by_a_flush() {
    let pair = Pair::new();
    let audio = pair.plugin.audio();
    audio.start();
    let ticket = pair.master.send(pair.stem, Command::Trim { trim_db: -6.0 }).unwrap();
    until("the stem answers", || {
        let told = pair.block();
        assert_eq!(told, [], "told before the answer came");
        matches!(pair.master.delivery(&ticket), Delivery::Answered(_))
    });
    audio.stop();
    let trim = pair.plugin.parameter("Trim").id;
    let told = pair.plugin.flush(&[]);
    assert_eq!(told, [Told::Begin(trim), Told::Value(trim, pair.plugin.value(trim)), Told::End(trim)]);
    assert_eq!(pair.trim_text(), "-6.00 dB");
    assert_eq!(pair.plugin.flush(&[]), [], "told once");
}

#[test]
fn an_edit_that_waits_is_in_the_saved_state() {
    let pair = Pair::new();
    let audio = pair.plugin.audio();
    audio.start();
    let ticket = pair.master.send(pair.stem, Command::Trim { trim_db: -6.0 }).unwrap();
    until("the stem answers", || {
        pair.block();
        matches!(pair.master.delivery(&ticket), Delivery::Answered(_))
    });
    audio.stop();
    let saved = pair.plugin.save();
    let fresh = Plugin::new(Product::StemTrim, Offer::All);
    assert!(fresh.load(&saved));
    let trim = fresh.parameter("Trim").id;
    assert_eq!(fresh.text(trim, fresh.value(trim)).unwrap(), "-6.00 dB");
}

#[test]
fn a_state_that_is_loaded_outlives_the_edits_before_it() {
    let pair = Pair::new();
    let audio = pair.plugin.audio();
    audio.start();
    let before = pair.plugin.save();
    let ticket = pair.master.send(pair.stem, Command::Trim { trim_db: -6.0 }).unwrap();
    until("the stem answers", || {
        pair.block();
        matches!(pair.master.delivery(&ticket), Delivery::Answered(_))
    });
    assert!(pair.plugin.load(&before));
    assert_eq!(pair.block(), []);
    assert_eq!(pair.trim_text(), "0.00 dB");
}

#[test]
fn the_newest_of_many_trims_wins() {
    let pair = Pair::new();
    pair.plugin.audio().start();
    let mut last = None;
    for step in 0..50 {
        last = Some(pair.master.send(pair.stem, Command::Trim { trim_db: step as f32 * 0.25 - 6.0 }).unwrap());
        if step % 7 == 0 {
            pair.block();
        }
    }
    pair.play_until_answered(&last.unwrap());
    assert_eq!(pair.trim_text(), "6.25 dB");
}

/// A VST3 host on Linux calls the main thread of a plugin only once its window was opened.
#[test]
fn a_reset_by_automation_reaches_the_stems_although_nobody_calls_the_main_thread() {
    let place = Place::Directory(session_directory().to_owned());
    let identity = Identity { session: Some(Uuid::random()), ..Identity::new() };
    let session = identity.session.unwrap();
    let stem = Member::join_at(place, Kind::Stem, identity, Info::default());
    let mut publisher = stem.publisher();

    let mut master = Plugin::new(Product::MasterBus, Offer::All);
    restore(&master, Uuid::random(), session);
    assert!(master.activate(48_000.0, FRAMES as u32));
    until("the stem is linked", || matches!(stem.link(), Link::Linked { .. }));
    let reset = master.parameter("Reset").id;
    master.audio().start();
    process_block(master.audio(), &noise(1, 2, FRAMES), &[value_event(0, reset, 1.0)]);
    until("the stem is reset", || {
        let mut is_reset = false;
        publisher.poll_commands(|command| {
            is_reset |= command == Command::ResetLoudness;
            Answer::Applied
        });
        is_reset
    });
}
