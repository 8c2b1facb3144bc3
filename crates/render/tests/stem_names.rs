//! Names of stems as they come from real sessions.

use dsp::role::Role::{self, *};
use render::stem_names::from_file_name;

#[test]
fn names_lose_numbers_underscores_and_endings_and_nothing_else() {
    let cases = [
        ("01_Drums.flac", "Drums"),
        ("02 - Lead Vox.wav", "Lead Vox"),
        ("3. Kick.aiff", "Kick"),
        ("(12) Strings.wav", "Strings"),
        ("07Bass.wav", "Bass"),
        ("004-FX_Return.WAV", "FX Return"),
        ("808.wav", "808"),
        ("808_Bass.wav", "808 Bass"),
        ("2nd Guitar.wav", "2nd Guitar"),
        ("01.wav", "01"),
        ("Mr. Bass", "Mr. Bass"),
        ("Lead.Vox.flac", "Lead.Vox"),
        ("  spaced   out__name .wav", "spaced out name"),
        ("", "Unnamed"),
        (".wav", "Unnamed"),
        ("___.wav", "Unnamed"),
        ("Kick\u{1b}[31m\n.wav", "Kick [31m"),
        ("03_Хор.wav", "Хор"),
        ("05_ドラム.wav", "ドラム"),
        ("🎸 Gtr.wav", "🎸 Gtr"),
    ];
    for (file_name, name) in cases {
        assert_eq!(from_file_name(file_name).name, name, "{file_name:?}");
    }
}

#[test]
fn roles_follow_what_engineers_call_their_stems() {
    let cases: [(Role, &[&str]); 11] = [
        (
            Drums,
            &[
                "01_Drums.flac",
                "KICK.wav",
                "Snare Top.wav",
                "Perc Loop.wav",
                "HiHat.wav",
                "Hi-Hats.wav",
                "OH_L.wav",
                "Bass Drum.wav",
                "808 Kick.wav",
                "Tom2.wav",
                "DRM-Overheads.wav",
                "ドラム.wav",
                "Schlagzeug.wav",
                "Sub Kick.wav",
            ],
        ),
        (
            Bass,
            &[
                "02_Bass.flac",
                "BassDI.wav",
                "Bass Guitar.wav",
                "Synth Bass.wav",
                "Bass_Synth.wav",
                "Lead Bass.wav",
                "бас.wav",
            ],
        ),
        (Sub, &["Sub.wav", "808.wav", "808s.wav", "808_Bass.wav", "Sub-Bass.wav", "SubBass.wav"]),
        (
            Instruments,
            &[
                "Lead.wav",
                "04 Lead.wav",
                "Lead Synth.wav",
                "LeadGtr.wav",
                "GTR_L.wav",
                "E-Guitar.wav",
                "Keys.wav",
                "Strings (Hi).wav",
                "03 Chords.wav",
                "Pads.wav",
                "Piano.wav",
                "Bass Clarinet.wav",
                "Steel Drums.wav",
                "Guitar Harmony.wav",
                "Gitarre.wav",
                "Gtr2.wav",
            ],
        ),
        (
            LeadVocals,
            &[
                "Vox.wav",
                "Lead Vocal.wav",
                "LeadVox.wav",
                "LV.wav",
                "Vocals_Lead.wav",
                "Main Voc.wav",
                "Voz.wav",
                "Rap.wav",
            ],
        ),
        (
            BackingVocals,
            &[
                "BV.wav",
                "BGVs.wav",
                "Backing.wav",
                "Backing Vox.wav",
                "BackingVocals.wav",
                "Choir.wav",
                "Harmonies.wav",
                "Vox Doubles.wav",
                "AdLibs.wav",
                "хор.wav",
            ],
        ),
        (Fx, &["FX.wav", "05 FX.wav", "Riser.wav", "Impacts.wav", "Vocal FX.wav", "Drum_FX.wav"]),
        (Music, &["Music.wav", "MX_Stem.wav", "Backing Track.wav", "Instrumental.wav"]),
        (Dialogue, &["Dialogue.wav", "DX.wav", "Dialog_5.wav", "VO.wav", "Voice Over.wav", "ADR.wav"]),
        (FilmEffects, &["Effects.wav", "SFX.wav", "Foley.wav"]),
        (Other, &["Print.wav", "Track 7.wav", "Basement.wav", "Misleading.wav", "Subtle.wav", "", "🎵.wav"]),
    ];
    for (role, file_names) in cases {
        for file_name in file_names {
            assert_eq!(from_file_name(file_name).role, role, "{file_name:?}");
        }
    }
}
