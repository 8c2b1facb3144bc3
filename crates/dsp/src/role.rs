//! The part a stem plays in a song, and where its processing starts from.

/// What a stem is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Drums and percussion.
    Drums,
    /// Bass instruments.
    Bass,
    /// Sub bass and 808s.
    Sub,
    /// Guitars, keys, synthesizers, strings.
    Instruments,
    /// The lead voice.
    LeadVocals,
    /// Harmonies, doubles, choirs.
    BackingVocals,
    /// Risers, impacts, transitions.
    Fx,
    /// The music stem of a film mix.
    Music,
    /// The dialogue stem of a film mix.
    Dialogue,
    /// The effects stem of a film mix.
    FilmEffects,
    /// Anything else.
    #[default]
    Other,
}

impl Role {
    /// Every role, in the order of the menu; the position is the role's number in states and sessions, for ever.
    pub const ALL: [Role; 11] = [
        Role::Drums,
        Role::Bass,
        Role::Sub,
        Role::Instruments,
        Role::LeadVocals,
        Role::BackingVocals,
        Role::Fx,
        Role::Music,
        Role::Dialogue,
        Role::FilmEffects,
        Role::Other,
    ];

    /// What the musician reads.
    pub fn name(self) -> &'static str {
        match self {
            Role::Drums => "Drums",
            Role::Bass => "Bass",
            Role::Sub => "Sub",
            Role::Instruments => "Instruments",
            Role::LeadVocals => "Lead vocals",
            Role::BackingVocals => "Backing vocals",
            Role::Fx => "FX",
            Role::Music => "Music",
            Role::Dialogue => "Dialogue",
            Role::FilmEffects => "Effects (film)",
            Role::Other => "Other",
        }
    }
}
