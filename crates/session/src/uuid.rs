//! Names that need no registry: 128 random bits for an instance, and 128 for a session.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// 128 random bits that name an instance or a session for ever; written like `8f2c6a51-…` in a project file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u64; 2]);

impl Uuid {
    /// A name nobody else has (version 4 of RFC 9562). `[setup]`
    pub fn random() -> Self {
        let [high, low] = [random_word(), random_word()];
        Self([high & !0xf000 | 0x4000, low & !(0b11 << 62) | (0b10 << 62)])
    }
}

/// 64 bits from the operating system's random numbers, never zero.
pub(crate) fn random_word() -> u64 {
    /// Two words asked for at the same moment still differ.
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // The standard library's hash keys come from the system; the process and the time keep a forked host apart.
    let since_epoch = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
    let unique = (since_epoch, std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    RandomState::new().hash_one(unique).max(1)
}

impl fmt::Display for Uuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [high, low] = self.0;
        let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0xffff);
        write!(formatter, "{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff)
    }
}

/// The text is not 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a session or instance id has 32 hexadecimal digits; this text has {digits}")]
pub struct NotAUuid {
    /// Hexadecimal digits found.
    pub digits: usize,
}

impl FromStr for Uuid {
    type Err = NotAUuid;

    fn from_str(text: &str) -> Result<Self, NotAUuid> {
        let digits: String = text.trim().chars().filter(|character| *character != '-').collect();
        let found = NotAUuid { digits: digits.chars().filter(char::is_ascii_hexdigit).count() };
        if digits.len() != 32 || found.digits != 32 {
            return Err(found);
        }
        let (high, low) = digits.split_at(16);
        let word = |half: &str| u64::from_str_radix(half, 16).map_err(|_| found);
        Ok(Self([word(high)?, word(low)?]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        for _ in 0..100 {
            let uuid = Uuid::random();
            assert_eq!(uuid.to_string().parse(), Ok(uuid));
            assert_eq!(uuid.to_string().len(), 36);
        }
    }

    #[test]
    fn a_thousand_names_differ() {
        let names: std::collections::HashSet<Uuid> = (0..1000).map(|_| Uuid::random()).collect();
        assert_eq!(names.len(), 1000);
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "8f2c", "zz2c6a51-0000-4000-8000-000000000000", "+f2c6a51000040008000000000000000"] {
            assert!(text.parse::<Uuid>().is_err(), "{text}");
        }
    }
}
