//! Layout 1 of the shared region: where every 64-bit word lives, for ever.
//!
//! The region is a 16 KiB header and [`SLOT_COUNT`] slots of 4 KiB. All accesses are 64-bit atomics; numbers are
//! little endian. **All zero is a valid, empty region**, so there is no moment of initialisation. Meanings never
//! change; later minor versions only fill reserved words, which are zero. Another major version has another file name.
//!
//! Offsets here are in words of eight bytes from the start of the header or of a slot.
//!
//! | slot bytes | content | written by |
//! |---|---|---|
//! | 0x000 | state: `generation:32 · kind:8 · flags:16 · status:8` | owner's helper; a prober by compare-and-swap |
//! | 0x008 | owner, 0x010 instance uuid (2), 0x020 process id (for people only), 0x028 `minor:16 · meter words:16 · metadata words:16` | owner's helper while claiming |
//! | 0x040 | audio tick, 0x048 song position, 0x050 run flags | audio thread |
//! | 0x080 | helper's heartbeat | owner's helper |
//! | 0x100 | 16 command words: `sequence:24 · writer slot:8 · value:32` | any master, by compare-and-swap |
//! | 0x180 | 16 answer words: `sequence:24 · status:8 · value:32` | owner |
//! | 0x200 | metadata sequence, 0x240 56 words of metadata | owner's helper |
//! | 0x400 | meter sequence, 0x440 128 words of meters | audio thread |
//! | 0x880 | since minor 1: 16 short records of 8 words, a sequence and 7 words of [`moment`] each | audio thread |
//! | 0xc80 | reserved, zero | nobody |

/// Name of the region's file; the major version is part of it.
pub const REGION_NAME: &str = "bus-v1.shm";
/// Major version: other majors never share memory.
pub const LAYOUT_MAJOR: u64 = 1;
/// Minor version this code writes.
pub const LAYOUT_MINOR: u64 = 1;
/// Bytes of the region.
pub const REGION_BYTES: usize = HEADER_BYTES + SLOT_COUNT * SLOT_BYTES;
/// Bytes of the header; a whole number of pages everywhere, Apple's 16 KiB included.
pub const HEADER_BYTES: usize = 16 * 1024;
/// Bytes of a slot.
pub const SLOT_BYTES: usize = 4096;
/// Instances that can be linked at the same time.
pub const SLOT_COUNT: usize = 128;

/// The word at a byte offset.
const fn word_at(byte: usize) -> usize {
    assert!(byte.is_multiple_of(8));
    byte / 8
}

/// Words of the region.
pub const REGION_WORDS: usize = REGION_BYTES / 8;
/// Words of the header.
pub const HEADER_WORDS: usize = HEADER_BYTES / 8;
/// Words of a slot.
pub const SLOT_WORDS: usize = SLOT_BYTES / 8;

/// The header's constant words, as (offset, value); every opener writes them into zeros and then requires them.
pub const HEADER: [(usize, u64); 6] = [
    (word_at(0x000), u64::from_le_bytes(*b"STEMMA\0\x01")),
    (word_at(0x008), LAYOUT_MAJOR),
    (word_at(0x010), SLOT_COUNT as u64),
    (word_at(0x018), SLOT_BYTES as u64),
    (word_at(0x020), REGION_BYTES as u64),
    (word_at(0x028), HEADER_BYTES as u64),
];
/// Header: random name of this region; the first opener's counts.
pub const REGION_ID: usize = word_at(0x030);
/// Header: largest minor version that ever opened the region.
pub const MAX_MINOR_SEEN: usize = word_at(0x038);
/// Header: counts claims, releases and changes of metadata.
pub const TABLE_EPOCH: usize = word_at(0x080);

/// Slot: state word.
pub const STATE: usize = word_at(0x000);
/// Slot: random name of the module that owns it.
pub const OWNER: usize = word_at(0x008);
/// Slot: instance uuid, two words.
pub const INSTANCE: usize = word_at(0x010);
/// Slot: process id of the owner; information for people, never proof of anything.
pub const PROCESS_ID: usize = word_at(0x020);
/// Slot: minor version and sizes of the owner.
pub const SIZES: usize = word_at(0x028);
/// Slot: counts every block of the audio thread.
pub const AUDIO_TICK: usize = word_at(0x040);
/// Slot: song position in frames, signed.
pub const SONG_POSITION: usize = word_at(0x048);
/// Slot: run flags, see [`run_flag`].
pub const RUN_FLAGS: usize = word_at(0x050);
/// Slot: counts the rounds of the owner's helper.
pub const HELPER_BEAT: usize = word_at(0x080);
/// Slot: command words.
pub const COMMANDS: usize = word_at(0x100);
/// Slot: answer words.
pub const ANSWERS: usize = word_at(0x180);
/// Command kinds a slot has room for.
pub const COMMAND_KINDS: usize = 16;
/// Slot: sequence of the metadata.
pub const METADATA_SEQUENCE: usize = word_at(0x200);
/// Slot: the metadata, see [`metadata`].
pub const METADATA: usize = word_at(0x240);
/// Words of metadata.
pub const METADATA_WORDS: usize = 56;
/// Slot: sequence of the meters.
pub const METER_SEQUENCE: usize = word_at(0x400);
/// Slot: the meters, see [`meter`].
pub const METERS: usize = word_at(0x440);
/// Words of meters.
pub const METER_WORDS: usize = 128;
/// Meter words this version writes; the others stay zero.
pub const METER_WORDS_WRITTEN: usize = 27;

/// Slot: the history, since minor 1.
pub const HISTORY: usize = word_at(0x880);
/// Records of the history; record `n` stands at place `n` modulo this.
pub const HISTORY_RECORDS: usize = 16;
/// Words of a record of the history, the first of which is its sequence.
pub const HISTORY_RECORD_WORDS: usize = 8;

/// Offsets in a record of the history, after its sequence. Pairs are bits of two f32, left or first in the low half.
pub mod moment {
    /// The number of the record, from 1; 0 is none.
    pub const SERIAL: usize = 0;
    /// Song position in frames, signed.
    pub const SONG_POSITION: usize = 1;
    /// Run flags, see [`run_flag`](super::run_flag).
    pub const RUN_FLAGS: usize = 2;
    /// Peak, left and right.
    pub const PEAK: usize = 3;
    /// True peak, left and right.
    pub const TRUE_PEAK: usize = 4;
    /// Momentary and short-term loudness.
    pub const LOUDNESS: usize = 5;
    /// Gain reduction, and zero.
    pub const GAIN_REDUCTION: usize = 6;
}

/// Offsets in the metadata. Texts are a length in bytes and UTF-8 padded with zeros.
pub mod metadata {
    /// Session uuid, two words; zero is none.
    pub const SESSION: usize = 0;
    /// Name of the running application: a hash of its root process; 0 is unknown.
    pub const HOST_GROUP: usize = 2;
    /// Name of the open project: a hash; 0 is unknown.
    pub const HOST_DOCUMENT: usize = 3;
    /// Length of the name in bytes, at most 64.
    pub const NAME_BYTES: usize = 4;
    /// The name, eight words.
    pub const NAME: usize = 5;
    /// Length of the session's name in bytes, at most 64.
    pub const SESSION_NAME_BYTES: usize = 13;
    /// The session's name, eight words.
    pub const SESSION_NAME: usize = 14;
    /// Role number.
    pub const ROLE: usize = 22;
    /// Colour, `0xAARRGGBB`.
    pub const COLOR: usize = 23;
    /// Channels.
    pub const CHANNELS: usize = 24;
    /// Latency in frames.
    pub const LATENCY: usize = 25;
    /// Sample rate, bits of an f64.
    pub const SAMPLE_RATE: usize = 26;
    /// Largest block in frames.
    pub const MAX_BLOCK: usize = 27;
    /// Length of the host's name in bytes, at most 32.
    pub const HOST_NAME_BYTES: usize = 28;
    /// The host's name, four words.
    pub const HOST_NAME: usize = 29;
    /// Plugin version, `major:16 · minor:16 · patch:16`.
    pub const PLUGIN_VERSION: usize = 33;
    /// Bit 0: the user linked across applications. Since minor 1, bit 1: the stem is soloed; bit 2: a window shows the
    /// session.
    pub const SWITCHES: usize = 34;
    /// Since minor 1: the stem's number in its session; 0 is none.
    pub const STEM_NUMBER: usize = 35;
    /// Since minor 1: when the session's measurements start again by themselves: 0 unknown, 1 only when asked, 2 when
    /// playback starts, 3 when it starts or jumps.
    pub const RESET_POLICY: usize = 36;
}

/// Offsets in the meters. Values are bits of an f64 (dBFS, LUFS, LU, Hz) or counts.
pub mod meter {
    /// Publishes since the claim; 0: never published, the rest means nothing.
    pub const SERIAL: usize = 0;
    /// Song position in frames, signed.
    pub const SONG_POSITION: usize = 1;
    /// Run flags, see [`run_flag`](super::run_flag).
    pub const RUN_FLAGS: usize = 2;
    /// Sample rate.
    pub const SAMPLE_RATE: usize = 3;
    /// Peak, left and right.
    pub const PEAK: usize = 4;
    /// Peak held for 50 ms, left and right.
    pub const HELD_PEAK: usize = 6;
    /// RMS, left and right.
    pub const RMS: usize = 8;
    /// Momentary loudness.
    pub const MOMENTARY: usize = 10;
    /// Short-term loudness.
    pub const SHORT_TERM: usize = 11;
    /// Integrated loudness.
    pub const INTEGRATED: usize = 12;
    /// Largest momentary loudness.
    pub const MAX_MOMENTARY: usize = 13;
    /// Largest short-term loudness.
    pub const MAX_SHORT_TERM: usize = 14;
    /// Loudness range.
    pub const RANGE: usize = 15;
    /// True peak now, left and right.
    pub const TRUE_PEAK: usize = 16;
    /// Largest true peak.
    pub const MAX_TRUE_PEAK: usize = 18;
    /// Largest sample.
    pub const MAX_SAMPLE_PEAK: usize = 19;
    /// Gain reduction now.
    pub const GAIN_REDUCTION: usize = 20;
    /// Largest gain reduction.
    pub const MAX_GAIN_REDUCTION: usize = 21;
    /// Correlation, −1…1.
    pub const CORRELATION: usize = 22;
    /// Trim in force.
    pub const TRIM: usize = 23;
    /// Clipped samples, a count.
    pub const CLIP_COUNT: usize = 24;
    /// Loudness resets, a count.
    pub const LOUDNESS_RESET_COUNT: usize = 25;
    /// Since minor 1: number of the newest record of the history; 0 is none.
    pub const HISTORY_SERIAL: usize = 26;
    /// Reserved for one more reading, zero.
    pub const RESERVED: usize = 27;
    /// Reserved: counts spectra. This version writes no spectrum; 0 is "no spectrum".
    pub const SPECTRUM_SERIAL: usize = 64;
    /// Reserved: 64 bands of a spectrum as f32 in dB, two a word, low half first; zero while there is none.
    pub const SPECTRUM: usize = 65;
}

/// Bits of the run flags.
pub mod run_flag {
    /// The host calls `process`.
    pub const PROCESSING: u64 = 1;
    /// Offline render.
    pub const OFFLINE: u64 = 1 << 1;
    /// Bypassed.
    pub const BYPASSED: u64 = 1 << 2;
    /// The transport runs.
    pub const PLAYING: u64 = 1 << 3;
    /// Muted.
    pub const MUTED: u64 = 1 << 4;
    /// Soloed.
    pub const SOLOED: u64 = 1 << 5;
}

// Groups with different writers never share a cache line (64 bytes, 128 on Apple silicon for the busy ones).
const _: () = {
    assert!(REGION_BYTES == 540_672 && REGION_BYTES.is_multiple_of(16 * 1024));
    assert!(AUDIO_TICK * 8 == 0x40 && HELPER_BEAT * 8 == 0x80 && SIZES < AUDIO_TICK && RUN_FLAGS < HELPER_BEAT);
    assert!(COMMANDS + COMMAND_KINDS == ANSWERS && ANSWERS + COMMAND_KINDS == METADATA_SEQUENCE);
    assert!((METADATA - METADATA_SEQUENCE) * 8 == 64 && METADATA + METADATA_WORDS == METER_SEQUENCE);
    assert!((METERS - METER_SEQUENCE) * 8 == 64 && (METERS + METER_WORDS) * 8 == 0x840);
    assert!(METERS + METER_WORDS <= HISTORY && HISTORY.is_multiple_of(HISTORY_RECORD_WORDS));
    assert!(
        HISTORY + HISTORY_RECORDS * HISTORY_RECORD_WORDS <= SLOT_WORDS
            && moment::GAIN_REDUCTION + 2 == HISTORY_RECORD_WORDS
    );
    assert!(metadata::RESET_POLICY < METADATA_WORDS);
    assert!(meter::HISTORY_SERIAL < METER_WORDS_WRITTEN && METER_WORDS_WRITTEN <= meter::SPECTRUM_SERIAL);
    assert!(meter::SPECTRUM + 32 <= METER_WORDS);
};
