//! Hands a signal to a processor in blocks, as a host does.

/// Cuts `channels` (one or two, equally long) into blocks whose lengths cycle through `block_frames`, and passes each
/// to `process`, which works in place. Allocates nothing.
pub fn in_blocks(channels: &mut [Vec<f32>], block_frames: &[usize], process: &mut dyn FnMut(&mut [&mut [f32]])) {
    assert!(block_frames.iter().any(|&frames| frames > 0), "some block must have frames");
    let frames = channels.first().map_or(0, Vec::len);
    let mut start = 0;
    for &length in block_frames.iter().cycle() {
        let end = (start + length).min(frames);
        match channels {
            [mono] => process(&mut [&mut mono[start..end]]),
            [left, right] => process(&mut [&mut left[start..end], &mut right[start..end]]),
            _ => panic!("one or two channels, not {}", channels.len()),
        }
        start = end;
        if start == frames {
            return;
        }
    }
}
