//! Mixer: where Ardour shows the plugins of its tracks, found by their colour.

use host::Picture;

/// Points of a plugin's entry in the mixer, from left to right and from top to bottom; it has more.
const WIDTH: usize = 60;
const HEIGHT: i16 = 8;

/// What may be an entry, row after row.
struct Entry {
    middle: i16,
    top: i16,
    bottom: i16,
}

/// Where plugins stand: points inside what is as wide and as high as they are and red, from left to right.
pub fn plugins(picture: &Picture) -> Vec<(i16, i16)> {
    let mut entries: Vec<Entry> = Vec::new();
    for row in 0..picture.height as i16 {
        let mut end = 0;
        for run in picture.row(row as u32).chunk_by(|one, next| is_red(*one) == is_red(*next)) {
            end += run.len();
            if run.len() < WIDTH || !is_red(run[0]) {
                continue;
            }
            let middle = (end - run.len() / 2) as i16;
            match entries.iter_mut().find(|entry| entry.middle.abs_diff(middle) < 10) {
                Some(entry) => entry.bottom = row,
                None => entries.push(Entry { middle, top: row, bottom: row }),
            }
        }
    }
    entries.sort_unstable_by_key(|entry| entry.middle);
    let is_one = |entry: &&Entry| entry.bottom - entry.top >= HEIGHT;
    entries.iter().filter(is_one).map(|entry| (entry.middle, entry.top + HEIGHT / 2)).collect()
}

/// The dark red Ardour gives to plugins before the fader.
fn is_red([red, green, blue]: [u8; 3]) -> bool {
    red > 70 && green == blue && (2 * u16::from(green)..3 * u16::from(green)).contains(&u16::from(red))
}
