//! Pictures of integrations: handed in as data or as an https address that is fetched once, read
//! with limits, and kept as small PNGs of our own making.

mod errands;
mod fetch;

use crate::refusal::Refusal;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dealbell_protocol::integration::{MAX_ICON, MAX_ICON_SIDE};
use image::{DynamicImage, ImageFormat, ImageReader, Limits, imageops::FilterType};
use sha2::{Digest as _, Sha256};
use std::io::Cursor;

pub(crate) use errands::Errands;
pub(crate) use fetch::fetch;

/// The largest side of what is kept, pixels: enough for a row of the list on any screen.
const SIDE: u32 = 128;
/// What decoding may take, bytes: several times an RGBA picture of the largest side.
const MEMORY: u64 = 8 * 1024 * 1024;

/// Where a picture comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// It is here.
    Bytes(Vec<u8>),
    /// It is there, https.
    Address(url::Url),
}

/// Reads the field `icon`.
pub(crate) fn source(given: &str) -> Result<Source, Refusal> {
    if let Some(rest) = given.strip_prefix("data:") {
        let (kind, data) = rest
            .split_once(";base64,")
            .ok_or_else(|| refused("a data address reads data:image/png;base64,…"))?;
        if !matches!(kind, "image/png" | "image/jpeg" | "image/webp") {
            return Err(refused("a picture is PNG, JPEG or WebP"));
        }
        if data.len() > MAX_ICON.div_ceil(3) * 4 {
            return Err(too_large());
        }
        let bytes = STANDARD
            .decode(data)
            .map_err(|_| refused("what follows base64, is no base64"))?;
        return Ok(Source::Bytes(bytes));
    }
    let address = crate::ingest::safe_link(given).and_then(|link| url::Url::parse(&link).ok());
    match address {
        Some(address) if address.scheme() == "https" => Ok(Source::Address(address)),
        _ => Err(refused(
            "a picture is given as data:image/png;base64,… or as an https address without a password",
        )),
    }
}

/// The picture as it is kept, and the tag it is known by.
pub(crate) fn kept(bytes: &[u8]) -> Result<(Vec<u8>, String), Refusal> {
    if bytes.len() > MAX_ICON {
        return Err(too_large());
    }
    let format = image::guess_format(bytes).ok().filter(|format| {
        matches!(
            format,
            ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP
        )
    });
    let format = format.ok_or_else(|| refused("a picture is PNG, JPEG or WebP"))?;
    let picture = decoded(bytes, format).map_err(|error| match error {
        image::ImageError::Limits(_) => refused(&format!(
            "a picture has at most {MAX_ICON_SIDE} × {MAX_ICON_SIDE} pixels"
        )),
        other => refused(&format!("the picture cannot be read: {other}")),
    })?;
    let picture = match picture.width().max(picture.height()) > SIDE {
        true => picture.resize(SIDE, SIDE, FilterType::Lanczos3),
        false => picture,
    };
    // Written anew, so that nothing is passed on but what is seen.
    let mut png = Cursor::new(Vec::new());
    let written = DynamicImage::from(picture.to_rgba8()).write_to(&mut png, ImageFormat::Png);
    written.map_err(|error| refused(&format!("the picture cannot be kept: {error}")))?;
    let png = png.into_inner();
    let hash = Sha256::digest(&png);
    let tag = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((png, tag))
}

fn decoded(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, image::ImageError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_ICON_SIDE);
    limits.max_image_height = Some(MAX_ICON_SIDE);
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    reader.decode()
}

fn too_large() -> Refusal {
    refused(&format!("a picture has at most {MAX_ICON} bytes"))
}

/// The field `icon` is at fault.
fn refused(message: &str) -> Refusal {
    Refusal::field("icon", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let picture = DynamicImage::new_rgb8(width, height);
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn each_format_becomes_a_small_png_whose_tag_tells_it_apart() {
        let mut tags = Vec::new();
        for (format, side) in [
            (ImageFormat::Png, 512),
            (ImageFormat::Jpeg, 64),
            (ImageFormat::WebP, 48),
        ] {
            let (png, tag) = kept(&picture(side, side, format)).unwrap();
            let again = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap();
            assert_eq!(again.width(), side.min(SIDE));
            tags.push(tag);
        }
        tags.dedup();
        assert_eq!(tags.len(), 3);
        let bytes = picture(512, 512, ImageFormat::Png);
        assert_eq!(kept(&bytes).unwrap(), kept(&bytes).unwrap());
    }

    #[test]
    fn what_is_no_such_picture_is_refused_by_the_name_of_the_field() {
        let png = picture(8, 8, ImageFormat::Png);
        // Says that it is larger than it is.
        let mut lying = png.clone();
        lying[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
        let bad = [
            picture(513, 1, ImageFormat::Png),
            picture(1, 513, ImageFormat::Jpeg),
            picture(513, 513, ImageFormat::WebP),
            png[..20].to_vec(),
            lying,
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec(),
            Vec::new(),
            vec![0x89; MAX_ICON + 1],
        ];
        for bytes in bad {
            let error = kept(&bytes).unwrap_err().into_api();
            assert_eq!(error.field.as_deref(), Some("icon"), "{error:?}");
        }
    }
}
