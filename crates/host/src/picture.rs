//! Picture: what a window shows, point by point.

use std::collections::HashSet;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{self, ConnectionExt, ImageFormat};
use x11rb::rust_connection::RustConnection;

use crate::WindowError;

/// What a window shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Points from left to right.
    pub width: u32,
    /// Points from top to bottom.
    pub height: u32,
    /// Red, green and blue of each point, row by row.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// Takes the picture of a window that can be seen.
    pub(crate) fn take(display: &RustConnection, window: xproto::Window) -> Result<Self, WindowError> {
        let size = display.get_geometry(window)?.reply()?;
        let (width, height) = (size.width, size.height);
        let image = display.get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, !0)?.reply()?;
        if !matches!(image.depth, 24 | 32) {
            return Err(WindowError::Depth { depth: image.depth });
        }
        let is_little = display.setup().image_byte_order == xproto::ImageOrder::LSB_FIRST;
        let points = image.data.as_chunks::<4>().0.iter();
        let rgb = points.flat_map(|&[a, b, c, d]| if is_little { [c, b, a] } else { [b, c, d] }).collect();
        Ok(Self { width: width.into(), height: height.into(), rgb })
    }

    /// Whether an editor has drawn in it: an empty window has one colour, its background.
    pub fn is_drawn(&self) -> bool {
        const DRAWN_COLORS: usize = 16;
        self.rgb.as_chunks::<3>().0.iter().collect::<HashSet<_>>().len() > DRAWN_COLORS
    }

    /// Red, green and blue of the points of a row, 0 at the top; none below the last.
    pub fn row(&self, row: u32) -> &[[u8; 3]] {
        let start = (row * self.width) as usize;
        self.rgb.as_chunks().0.get(start..start + self.width as usize).unwrap_or_default()
    }
}
