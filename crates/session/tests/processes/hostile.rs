//! Memory that somebody else writes into: nobody crashes, and nobody shows nonsense.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use session::command::{Answer, Command as Wish};
use session::identity::{Identity, Info, Kind};
use session::layout::{
    HEADER_BYTES, METADATA, METADATA_SEQUENCE, METADATA_WORDS, METER_SEQUENCE, METER_WORDS, METERS, REGION_NAME,
    SLOT_BYTES, SLOT_COUNT, SLOT_WORDS, STATE, metadata,
};
use session::member::{Activity, Link, Member, StemView};
use session::meters::{Meters, Position, SILENCE_DB};
use session::uuid::Uuid;

use crate::actors::{IsOver, Process, master, say, stems};
use crate::place::directory::Directory;
use crate::place::{Random, figures, seconds, until};

/// Everything a window could draw is a number in range, and every text is safe to draw.
fn check_sane(view: &StemView) {
    let meters = &view.meters;
    let pairs = [meters.peak_db, meters.held_peak_db, meters.rms_db, meters.true_peak_dbtp];
    let singles = [
        meters.momentary_lufs,
        meters.short_term_lufs,
        meters.integrated_lufs,
        meters.max_momentary_lufs,
        meters.max_short_term_lufs,
        meters.range_lu,
        meters.max_true_peak_dbtp,
        meters.max_sample_peak_db,
        meters.trim_db,
    ];
    let levels = pairs.iter().flatten().chain(&singles);
    assert!(levels.clone().all(|level| (SILENCE_DB..=-SILENCE_DB).contains(level)), "{view:?}");
    let reductions = [meters.gain_reduction_db, meters.max_gain_reduction_db];
    assert!(reductions.iter().all(|reduction_db| (0.0..=-SILENCE_DB).contains(reduction_db)), "{view:?}");
    assert!((-1.0..=1.0).contains(&meters.correlation), "{view:?}");
    let rates = [meters.sample_rate_hz, view.info.sample_rate_hz];
    assert!(rates.iter().all(|rate_hz| (0.0..=1e7).contains(rate_hz)), "{view:?}");
    assert!((1..=2).contains(&view.info.channels) && view.id.slot < SLOT_COUNT, "{view:?}");
    // A byte that is no text becomes a replacement character of three bytes.
    for (text, most) in [(&view.info.name, 64 * 3), (&view.info.host_name, 32 * 3)] {
        assert!(text.len() <= most && !text.chars().any(char::is_control), "{view:?}");
    }
    if let Activity::Stale { seconds } = view.activity {
        assert!(seconds.is_finite() && seconds >= 0.0, "{view:?}");
    }
}

/// A word that has broken something somewhere before.
fn nasty_word(random: &mut Random) -> u64 {
    let special = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MAX, f64::MIN_POSITIVE / 2.0, 1e300, -1e300];
    match random.below(6) {
        0 => special[random.below(special.len())].to_bits(),
        1 => [0, 1, u64::MAX, u64::MAX - 1, 1 << 63, i64::MAX as u64][random.below(6)],
        2 => random.below(200) as u64,
        // Text, direction marks and broken characters of UTF-8.
        3 => u64::from_le_bytes(
            *[b"\xe2\x80\xae\x1b[2J\n", b"\xf0\x9f\xff\xc0\x80abc", b"\xed\xa0\x80\0\0\r\xef\xbb"][random.below(3)],
        ),
        _ => random.next(),
    }
}

/// A slot's words as a stem of `session` might leave them, and then a few, or all, of them wrong.
fn broken_slot(random: &mut Random, session: Uuid, generation: u64) -> [u64; SLOT_WORDS] {
    let mut words = [0; SLOT_WORDS];
    let is_wild = random.below(2) == 0;
    if is_wild {
        words.fill_with(|| nasty_word(random));
    } else {
        for _ in 0..1 + random.below(8) {
            words[random.below(SLOT_WORDS)] = nasty_word(random);
        }
        words[METERS] = 1;
        words[METADATA + metadata::NAME_BYTES] |= 8;
    }
    // Only a live stem of this session, between two writes, is read at all.
    words[STATE] = (generation & 0xffff_ffff) << 32 | 1 << 24 | 2;
    words[METADATA_SEQUENCE] &= !1;
    words[METER_SEQUENCE] &= !1;
    words[METADATA + metadata::SESSION] = session.0[0];
    words[METADATA + metadata::SESSION + 1] = session.0[1];
    words[METADATA + metadata::HOST_GROUP] = 0;
    words[METADATA + metadata::HOST_DOCUMENT] = 0;
    words
}

#[test]
fn two_hundred_thousand_broken_slots_decode_to_sane_views() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let file = OpenOptions::new().write(true).open(directory.file(REGION_NAME)).unwrap();
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    let (start, time) = (Instant::now(), seconds(0.0));
    let (mut decoded, mut generation, mut slowest) = (0, 0, Duration::ZERO);
    let mut bytes = Vec::with_capacity(SLOT_BYTES * SLOT_COUNT);
    while decoded < 200_000 || start.elapsed() < time {
        generation += 1;
        bytes.clear();
        for _ in 1..SLOT_COUNT {
            let words = broken_slot(&mut random, session, generation);
            bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        }
        // The master itself is in the first slot.
        file.write_all_at(&bytes, (HEADER_BYTES + SLOT_BYTES) as u64).unwrap();
        let look = Instant::now();
        let views = stems(&master);
        slowest = slowest.max(look.elapsed());
        assert_eq!(views.len(), SLOT_COUNT - 1);
        views.iter().for_each(check_sane);
        decoded += views.len();
    }
    figures(&format!("{decoded} slots decoded, all sane; the slowest look at 127 of them took {slowest:?}"));
}

/// Writes into the region until told to stop: anything into any slot, or only into what a sequence guards, so that
/// readers believe it.
pub fn scribble(anywhere: bool, is_over: IsOver) {
    let path = Path::new(&std::env::var_os("STEMMA_SESSION_DIR").unwrap()).join("stemma").join(REGION_NAME);
    let file = OpenOptions::new().write(true).open(path).unwrap();
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    let mut count = 0_u64;
    say("scribbling");
    while !is_over() {
        for _ in 0..1000 {
            // Most members live in the first slots.
            let slot = if random.below(2) == 0 { random.below(8) } else { random.below(SLOT_COUNT) };
            let word = match random.below(3) {
                _ if anywhere => random.below(SLOT_WORDS),
                0 => METADATA + random.below(METADATA_WORDS),
                _ => METERS + random.below(METER_WORDS),
            };
            let offset = HEADER_BYTES + slot * SLOT_BYTES + word * 8;
            file.write_all_at(&nasty_word(&mut random).to_le_bytes(), offset as u64).unwrap();
            count += 1;
        }
    }
    say(&format!("scribbled {count}"));
}

/// A master and stems that come and go, publish, command and read, in one process; it aborts when anything panics.
pub fn play_crowd(is_over: IsOver) {
    std::panic::set_hook(Box::new(|info| {
        eprintln!("{info}");
        std::process::abort();
    }));
    let join = |kind| {
        let session = Some(Uuid([1, 2]));
        let identity = Identity { session, ..Identity::new() };
        let member = Member::join(kind, identity, Info { name: "Drums".into(), ..Info::default() });
        let publisher = member.publisher();
        (member, publisher)
    };
    let mut random = Random::new(0x1234_5678_9abc_def1);
    let (mut master, _unheard) = join(Kind::Master);
    until("the master is announced", || master.link() != Link::Opening);
    let mut crowd: Vec<_> = (0..4).map(|_| join(Kind::Stem)).collect();
    say("gathered");
    let (mut looks, mut seen, mut joins, mut sent) = (0_u64, 0_u64, 5_u64, 0_u64);
    let mut views = Vec::new();
    while !is_over() {
        for (member, publisher) in &mut crowd {
            for _ in 0..20 {
                publisher.publish_now(&Meters::default(), Position::default());
                publisher.poll_commands(|_| Answer::Applied);
            }
            let (link, identity) = (member.link(), member.identity());
            assert!(identity.session_name.len() <= 64 * 3 && format!("{link:?}").len() < 100_000);
        }
        master.stems(&mut views);
        views.iter().for_each(check_sane);
        for view in &views {
            // Most of the slots are nobody's; whatever comes back is one of a few words.
            if let Ok(ticket) = master.send(view.id, Wish::Trim { trim_db: 1.0 }) {
                master.delivery(&ticket);
                sent += 1;
            }
        }
        seen += views.len() as u64;
        master.masters(&mut views);
        views.iter().for_each(check_sane);
        looks += 1;
        master.request_fast();
        // Leaving joins the helper's thread, which may be watching a suspect: not too often.
        if looks % 500 == 0 {
            crowd[random.below(4)] = join(Kind::Stem);
            joins += 1;
        }
        if looks % 5000 == 0 {
            master = join(Kind::Master).0;
            joins += 1;
        }
    }
    say(&format!("crowd {looks} looks, {seen} stems seen, {joins} joins, {sent} commands"));
}

fn survives(scribbler: &str) {
    let directory = Directory::new();
    let session = Uuid([1, 2]);
    let mut crowd = Process::start(&directory, "crowd", session);
    crowd.expect("gathered");
    let mut hand = Process::start(&directory, scribbler, session);
    hand.expect("scribbling");
    std::thread::sleep(seconds(2.0));
    assert!(crowd.child.try_wait().unwrap().is_none(), "the crowd did not survive the {scribbler}");
    assert!(hand.finish().success());
    let scribbled = hand.expect("scribbled");
    assert!(crowd.finish().success(), "the crowd did not survive the {scribbler}");
    figures(&format!("{scribbled} words scribbled: {}", crowd.expect("crowd")));
    // Whatever it left there, who comes now finds its way.
    let (master, session) = master(&directory);
    let instance = Uuid::random();
    let _stem = Process::start_stem(&directory, session, instance);
    until("newcomers meet", || stems(&master).iter().any(|view| view.instance == instance));
}

#[test]
fn members_survive_somebody_who_writes_anything_anywhere() {
    survives("wild scribbler");
}

#[test]
fn members_survive_somebody_who_writes_what_they_believe() {
    survives("careful scribbler");
}
