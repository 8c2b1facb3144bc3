//! Versions of a master: the same song without the voices, without the lead, with a stem turned up.

use dsp::role::Role;
use dsp::units::{SILENCE_DB, gain_from_db};

use crate::song::Song;

/// One version: how loud every stem is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// As it was asked for: "instrumental", "vocal+0.5".
    pub name: String,
    /// Linear gain of every stem of the song, in its order, after the stem's chain; 0 leaves it out.
    pub gains: Vec<f64>,
}

/// Why there is no such version.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// Nobody knows what is meant.
    #[error(
        "\"{name}\" is no version: there are instrumental, acappella, tv, no-WHAT, only-WHAT, WHAT+DB and WHAT-DB, where \
         WHAT is {groups} or the name of a stem ({stems})"
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// What can be named.
        groups: String,
        /// The stems of the song.
        stems: String,
    },
    /// The song has no such stem.
    #[error(
        "\"{name}\" would be the same as the master: no stem of the song is {what}; the roles are in the session file"
    )]
    Same {
        /// What was asked for.
        name: String,
        /// Which stems it is about.
        what: String,
    },
    /// All stems are left out.
    #[error("\"{name}\" would be silent: every stem of the song is left out; the roles are in the session file")]
    Silent {
        /// What was asked for.
        name: String,
    },
    /// A change beyond what a version is for.
    #[error("\"{name}\": a version turns a stem up or down by at most {most_db} dB")]
    TooMuch {
        /// What was asked for.
        name: String,
        /// The limit.
        most_db: f64,
    },
    /// Asked for twice.
    #[error("the version \"{name}\" is asked for twice")]
    Twice {
        /// What was asked for.
        name: String,
    },
}

/// The most a version turns a stem up or down.
const MOST_DB: f64 = 12.0;

/// What can be named besides the stems themselves.
const GROUPS: [(&str, &[Role]); 13] = [
    ("vocal", &[Role::LeadVocals, Role::BackingVocals]),
    ("vocals", &[Role::LeadVocals, Role::BackingVocals]),
    ("lead", &[Role::LeadVocals]),
    ("backing", &[Role::BackingVocals]),
    ("drums", &[Role::Drums]),
    ("bass", &[Role::Bass, Role::Sub]),
    ("sub", &[Role::Sub]),
    ("instruments", &[Role::Instruments]),
    ("fx", &[Role::Fx]),
    ("music", &[Role::Music]),
    ("dialogue", &[Role::Dialogue]),
    ("effects", &[Role::FilmEffects]),
    ("other", &[Role::Other]),
];

/// What a version is about, and what happens to it.
enum Change<'a> {
    Without(&'a str),
    Only(&'a str),
    Gain(&'a str, f64),
}

/// Reads a list of versions, separated by commas. `[main]`
pub fn parse(list: &str, song: &Song) -> Result<Vec<Version>, VersionError> {
    let mut versions: Vec<Version> = Vec::new();
    for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let version = version(name, song)?;
        if versions.iter().any(|known| known.name == version.name) {
            return Err(VersionError::Twice { name: version.name });
        }
        versions.push(version);
    }
    Ok(versions)
}

fn version(name: &str, song: &Song) -> Result<Version, VersionError> {
    let wanted = name.to_lowercase();
    let (what, gains): (&str, [f64; 2]) = match change(&wanted) {
        Change::Without(what) => (what, [SILENCE_DB, 0.0]),
        Change::Only(what) => (what, [0.0, SILENCE_DB]),
        Change::Gain(what, db) if db.abs() <= MOST_DB => (what, [db, 0.0]),
        Change::Gain(..) => return Err(VersionError::TooMuch { name: name.to_owned(), most_db: MOST_DB }),
    };
    let Some(named) = members(what, song) else {
        return Err(VersionError::Unknown {
            name: name.to_owned(),
            groups: GROUPS.map(|(group, _)| group).join(", "),
            stems: song.stems.iter().map(|stem| stem.name.as_str()).collect::<Vec<_>>().join(", "),
        });
    };
    let [named_gain, other_gain] = gains.map(gain_from_db);
    let gains: Vec<f64> = named.iter().map(|&is_named| if is_named { named_gain } else { other_gain }).collect();
    if gains.iter().all(|gain| *gain == 0.0) {
        return Err(VersionError::Silent { name: name.to_owned() });
    }
    if gains.iter().all(|gain| *gain == 1.0) {
        return Err(VersionError::Same { name: name.to_owned(), what: what.to_owned() });
    }
    Ok(Version { name: name.to_owned(), gains })
}

fn change(wanted: &str) -> Change<'_> {
    match wanted {
        "instrumental" => return Change::Without("vocals"),
        "acappella" | "acapella" | "a-cappella" => return Change::Only("vocals"),
        "tv" => return Change::Without("lead"),
        _ => {}
    }
    let sign = wanted.rfind(['+', '-']).filter(|&sign| sign > 0);
    if let Some((what, Ok(db))) = sign.map(|sign| wanted.split_at(sign)).map(|(what, db)| (what, db.parse::<f64>())) {
        return Change::Gain(what, db);
    }
    match (wanted.strip_prefix("no-"), wanted.strip_prefix("only-")) {
        (Some(what), _) => Change::Without(what),
        (_, Some(what)) => Change::Only(what),
        _ => Change::Gain(wanted, 0.0),
    }
}

/// Which stems of the song are meant: those of a group, or the one of that name. `None` when nothing is called so.
fn members(what: &str, song: &Song) -> Option<Vec<bool>> {
    let is_called =
        |stem: &crate::song::SongStem| [&stem.name, &stem.file].iter().any(|name| name.to_lowercase() == what);
    if song.stems.iter().any(is_called) {
        return Some(song.stems.iter().map(is_called).collect());
    }
    let (_, roles) = GROUPS.iter().find(|(group, _)| *group == what)?;
    Some(song.stems.iter().map(|stem| roles.contains(&stem.role)).collect())
}
