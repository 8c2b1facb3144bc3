//! What a stem is called and what it plays, read from the name of its file.

use dsp::role::Role;

/// A stem as the musician knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StemName {
    /// The file's name without number, underscores and ending: `"01_Lead_Vox.wav"` is `"Lead Vox"`. Never empty, free
    /// of control characters, otherwise as spelled.
    pub name: String,
    /// The part it most likely plays; [`Role::Other`] when the name does not say. A guess: the musician may overrule.
    pub role: Role,
}

/// Reads a stem's name and role from the name of its file (a path's last component). `[main]`
pub fn from_file_name(file_name: &str) -> StemName {
    let name = display_name(file_name);
    StemName { role: role(&name), name }
}

/// Endings of sound files; any other ending belongs to the name ("Mr. Bass").
const ENDINGS: [&str; 10] = ["wav", "wave", "aif", "aiff", "aifc", "flac", "bwf", "mp3", "ogg", "caf"];

fn display_name(file_name: &str) -> String {
    let stem = match file_name.rsplit_once('.') {
        Some((stem, ending)) if ENDINGS.contains(&ending.to_lowercase().as_str()) => stem,
        _ => file_name,
    };
    // Control characters would reach the terminal as commands.
    let spaced: String = stem.chars().map(|c| if c == '_' || c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let name = words.join(" ");
    let unnumbered = without_number(&name);
    match (unnumbered.is_empty(), name.is_empty()) {
        (false, _) => unnumbered.to_owned(),
        (true, false) => name,
        (true, true) => "Unnamed".to_owned(),
    }
}

/// The name without the number that keeps files in order: `"01 …"`, `"3. …"`, `"(12) - …"`, `"07Drums"`.
/// An 808 is an instrument: three digits count only after a zero.
fn without_number(name: &str) -> &str {
    let opened = name.trim_start_matches(['(', '[', '#']);
    let rest = opened.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = opened.len() - rest.len();
    let padded = opened.starts_with('0');
    let number = (1..=2).contains(&digits) || (digits == 3 && padded);
    let separated = rest.starts_with([' ', '-', '–', '.', ')', ']', ',']) || padded;
    if number && separated { rest.trim_start_matches([' ', '-', '–', '.', ')', ']', ',']) } else { name }
}

/// What words say about a role. The first row with a word of the name wins, so the more telling words stand first:
/// in "Vocal FX" it is "FX", in "Lead Vocal" it is "Vocal", in "Lead" alone it is the synthesizer.
const WORDS: [(Role, &str); 13] = [
    // Names that would mislead the rows below.
    (Role::Drums, "bass drum, bass drums, beatbox"),
    (Role::Instruments, "bass clarinet, bass flute, steel drum, steel drums"),
    (Role::Music, "backing track, backing tracks, playback, instrumental"),
    (
        Role::BackingVocals,
        "backing vocal, backing vocals, backing vox, backing voc, backing vocs, background vocal, background \
         vocals, background vox, bv, bvs, bvox, bgv, bgvs, bgvox, choir, choirs, chor, coro, adlib, adlibs, \
         ad lib, ad libs, gang, vocal double, vocal doubles, vox double, vox doubles, vocal harmony, vocal \
         harmonies, vox harmony, vox harmonies, harmony vocal, harmony vocals, harmony vox, group vocal, \
         group vocals, backups, 合唱, コーラス, хор",
    ),
    (
        Role::Dialogue,
        "dialogue, dialog, dialogues, dx, dia, dlg, adr, voiceover, voice over, vo, narration, narrator, \
         speech, sprecher",
    ),
    (Role::FilmEffects, "sfx, effects, foley, ambience, ambiences, atmo, atmos, backgrounds, bgs, effekte"),
    (
        Role::Fx,
        "fx, riser, risers, uplifter, downlifter, impact, impacts, sweep, sweeps, whoosh, transition, \
         transitions, ear candy",
    ),
    (
        Role::LeadVocals,
        "vocal, vocals, vox, voc, vocs, voice, voices, lv, ldv, rap, singer, acapella, a cappella, gesang, \
         stimme, voz, voces, voix, voce, вокал, ボーカル, 보컬, 人声",
    ),
    (
        Role::Drums,
        "drum, drums, drumkit, drumbus, kit, kick, kicks, kik, bd, snare, snares, snr, sd, hat, hats, hihat, \
         hihats, hh, hi hat, hi hats, tom, toms, overhead, overheads, oh, ohs, cymbal, cymbals, ride, crash, \
         clap, claps, snap, snaps, perc, percs, percussion, shaker, shakers, tambourine, tamb, conga, congas, \
         bongo, bongos, cajon, beat, beats, breakbeat, rim, schlagzeug, batterie, bateria, batería, ударные, \
         барабаны, ドラム, 드럼",
    ),
    (Role::Sub, "sub, subs, subbass, 808"),
    (Role::Bass, "bass, basses, bs, bassline, bassgtr, bassguitar, contrabass, basse, bajo, basso, бас, ベース"),
    (
        Role::Instruments,
        "guitar, guitars, gtr, gtrs, git, keys, key, keyboard, keyboards, piano, pianos, pno, rhodes, wurli, \
         wurlitzer, organ, ep, synth, synths, syn, pad, pads, string, strings, str, strs, brass, horn, horns, \
         sax, trumpet, trombone, violin, violins, viola, cello, flute, woodwinds, winds, chord, chords, arp, \
         arps, pluck, plucks, lead, leads, melody, riff, solo, inst, instrument, instruments, harp, banjo, \
         mandolin, ukulele, acoustic, bells, marimba, accordion, orchestra, orch, gitarre, guitare, guitarra, \
         klavier, гитара, ギター, 鋼琴",
    ),
    (Role::Music, "music, mx, mus, musik, musique, música, музыка"),
];

/// Words that mean backing voices when nothing else in the name says more.
const BACKING_ALONE: &str = "backing, backings, harmony, harmonies, doubles, background, stacks";

fn role(name: &str) -> Role {
    let words = words(name);
    let says = |phrase: &str| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        words.windows(phrase.len()).any(|window| window == phrase)
    };
    let told = WORDS.iter().find(|(_, phrases)| phrases.split(", ").any(says));
    match told {
        Some(&(role, _)) => role,
        None if BACKING_ALONE.split(", ").any(says) => Role::BackingVocals,
        None => Role::Other,
    }
}

/// The words of a name, in small letters: split at everything that is no letter or digit, between letters and digits
/// ("Gtr2") and at inner capitals ("LeadVox").
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = ' ';
    for c in name.chars() {
        let boundary = (previous.is_lowercase() && c.is_uppercase())
            || (previous.is_alphabetic() && c.is_numeric())
            || (previous.is_numeric() && c.is_alphabetic());
        if !c.is_alphanumeric() || boundary {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        previous = c;
    }
    words.retain(|word| !word.is_empty());
    words
}
