//! Layout 1, byte for byte: written once, never changed after a release.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod place;

use place::directory::Directory;
use place::until;
use session::command::Command;
use session::identity::{Identity, Info, Kind, ResetPolicy};
use session::member::{Link, Member};
use session::meters::{Meters, Position, Run};
use session::uuid::Uuid;

/// The bytes of the region, by the numbers of the specification rather than the constants of the code.
struct Image(Vec<u8>);

impl Image {
    fn word(&self, offset: usize) -> u64 {
        u64::from_le_bytes(self.0[offset..offset + 8].try_into().unwrap())
    }

    fn slot(&self, index: usize, offset: usize) -> u64 {
        self.word(0x4000 + index * 0x1000 + offset)
    }

    fn text(&self, index: usize, offset: usize) -> &str {
        let start = 0x4000 + index * 0x1000 + offset;
        std::str::from_utf8(&self.0[start + 8..start + 8 + self.slot(index, offset) as usize]).unwrap()
    }
}

#[test]
fn every_word_is_where_the_specification_says() {
    let directory = Directory::new();
    let session = Uuid([0x1111, 0x2222]);
    let join = |kind, instance, info| {
        let identity = Identity {
            instance,
            session: Some(session),
            session_name: "Album".into(),
            stem_number: 9,
            ..Identity::new()
        };
        let member = Member::join_at(directory.place(), kind, identity, info);
        until("the member is linked", || matches!(member.link(), Link::Linked { .. }));
        member
    };
    let master = join(Kind::Master, Uuid([5, 6]), Info::default());
    let info = Info {
        name: "Drums".into(),
        role: 3,
        color_argb: 0xff11_2233,
        channels: 2,
        latency_frames: 64,
        sample_rate_hz: 48_000.0,
        max_block_frames: 512,
        host_name: "Host".into(),
        host_document: 0x77,
        plugin_version: [1, 2, 3],
        soloed: true,
        reset_policy: ResetPolicy::OnJump,
    };
    let stem = join(Kind::Stem, Uuid([7, 8]), info);
    let mut publisher = stem.publisher();
    let run = Run { processing: true, offline: true, bypassed: true, playing: true, muted: true, soloed: true };
    let numbered = Meters {
        peak_db: [4.0, 5.0],
        held_peak_db: [6.0, 7.0],
        rms_db: [8.0, 9.0],
        momentary_lufs: 10.0,
        short_term_lufs: 11.0,
        integrated_lufs: 12.0,
        max_momentary_lufs: 13.0,
        max_short_term_lufs: 14.0,
        range_lu: 15.0,
        true_peak_dbtp: [16.0, 17.0],
        max_true_peak_dbtp: 18.0,
        max_sample_peak_db: 19.0,
        gain_reduction_db: 20.0,
        max_gain_reduction_db: 21.0,
        correlation: 0.22,
        trim_db: 23.0,
        clip_count: 24,
        loudness_reset_count: 25,
        sample_rate_hz: 3.0,
    };
    publisher.publish_now(&numbered, Position { song_frames: -2, run });
    let mut views = Vec::new();
    master.stems(&mut views);
    master.send(views[0].id, Command::Color { color_argb: 0xdead_beef }).unwrap();
    let image = Image(std::fs::read(directory.file("bus-v1.shm")).unwrap());

    assert_eq!(image.0.len(), 540_672);
    assert_eq!(&image.0[..8], b"STEMMA\0\x01");
    assert_eq!([0x08, 0x10, 0x18, 0x20, 0x28].map(|offset| image.word(offset)), [1, 128, 4096, 540_672, 16_384]);
    assert_ne!(image.word(0x30), 0);
    assert!(image.word(0x80) >= 2);
    // generation 1, kind, no flags, live
    assert_eq!([0, 1].map(|slot| image.slot(slot, 0)), [0x1_0200_0002, 0x1_0100_0002]);
    assert_eq!([0x10, 0x18].map(|offset| image.slot(1, offset)), [7, 8]);
    assert_eq!(image.slot(1, 0x20), u64::from(std::process::id()));
    assert_eq!(image.slot(1, 0x28), 1 << 32 | 128 << 16 | 56);
    assert_eq!([0x40, 0x48, 0x50].map(|offset| image.slot(1, offset)), [1, -2_i64 as u64, 0b11_1111]);
    assert!(image.slot(1, 0x80) > 0);
    // kind 5: sequence 1, writer slot 0
    assert_eq!(image.slot(1, 0x100 + 5 * 8), 1 << 40 | 0xdead_beef);
    assert_eq!(image.slot(1, 0x180 + 5 * 8), 0);

    assert_eq!(image.slot(1, 0x200) % 2, 0);
    let metadata = |word: usize| 0x240 + word * 8;
    assert_eq!([0, 1, 3].map(|word| image.slot(1, metadata(word))), [0x1111, 0x2222, 0x77]);
    assert_ne!(image.slot(1, metadata(2)), 0);
    assert_eq!([4, 13, 28].map(|word| image.text(1, metadata(word))), ["Drums", "Album", "Host"]);
    let plain = [22, 23, 24, 25, 27, 33, 34, 35, 36].map(|word| image.slot(1, metadata(word)));
    assert_eq!(plain, [3, 0xff11_2233, 2, 64, 512, 0x1_0002_0003, 2, 9, 3]);
    assert_eq!(f64::from_bits(image.slot(1, metadata(26))), 48_000.0);

    assert_eq!(image.slot(1, 0x400) % 2, 0);
    let meter = |word: usize| image.slot(1, 0x440 + word * 8);
    assert_eq!([0, 1, 2].map(meter), [1, -2_i64 as u64, 0b11_1111]);
    for word in (3..=21).chain([23]) {
        assert_eq!(f64::from_bits(meter(word)), word as f64, "meter word {word}");
    }
    assert_eq!(f64::from_bits(meter(22)), 0.22);
    assert_eq!([24, 25].map(meter), [24, 25]);
    assert_eq!(meter(26), 1);
    // The history: record 1 at place 1, a sequence and seven words.
    let record = |word: usize| image.slot(1, 0x880 + 64 + word * 8);
    assert_eq!([0, 1, 2].map(|word| record(word + 1)), [1, -2_i64 as u64, 0b11_1111]);
    assert_eq!(record(0) % 2, 0);
    let pairs = [4, 5, 6, 7].map(|word| [record(word), record(word) >> 32].map(|bits| f32::from_bits(bits as u32)));
    assert_eq!(pairs, [[4.0, 5.0], [16.0, 17.0], [10.0, 11.0], [20.0, 0.0]]);
    // Reserved, the spectrum included: absent is zero.
    assert!((27..128).all(|word| meter(word) == 0));
    assert!((0x840..0x880).chain(0xc80..0x1000).step_by(8).all(|offset| image.slot(1, offset) == 0));
}

#[test]
fn a_slot_nobody_ever_used_is_all_zero() {
    let directory = Directory::new();
    let member = Member::join_at(directory.place(), Kind::Stem, Identity::new(), Info::default());
    until("the stem is announced", || member.link() != Link::Opening);
    let image = Image(std::fs::read(directory.file("bus-v1.shm")).unwrap());
    assert!(image.0[0x4000 + 0x1000..].iter().all(|byte| *byte == 0));
}

#[test]
fn a_stem_of_a_later_minor_version_is_still_read() {
    use std::os::unix::fs::FileExt;
    let directory = Directory::new();
    let master = Member::join_at(directory.place(), Kind::Master, Identity::new(), Info::default());
    let identity = Identity { session: master.identity().session, ..Identity::new() };
    let stem =
        Member::join_at(directory.place(), Kind::Stem, identity, Info { name: "Drums".into(), ..Info::default() });
    until("the stem is linked", || matches!(stem.link(), Link::Linked { .. }));
    let mut publisher = stem.publisher();
    publisher.publish_now(&Meters { clip_count: 3, ..Meters::default() }, Position::default());
    let file = std::fs::OpenOptions::new().write(true).open(directory.file("bus-v1.shm")).unwrap();
    // A later minor version, a flag, a run flag, a switch, a meter word and a spectrum that we do not know.
    for (offset, value) in [(0x28, 9 << 32 | 128 << 16 | 56), (0x50, 1 << 20), (0x440 + 27 * 8, 7), (0x440 + 64 * 8, 1)]
    {
        file.write_at(&u64::to_le_bytes(value), 0x5000 + offset).unwrap();
    }
    let mut views = Vec::new();
    master.stems(&mut views);
    assert_eq!((views[0].info.name.as_str(), views[0].meters.clip_count), ("Drums", 3));
}
