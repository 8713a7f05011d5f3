"""A picture shows what it shows, and says nothing of where, when and with which phone it was taken."""

from io import BytesIO
from typing import Any

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from channels.pictures import FORMATS, BrokenPicture, redrawn

WIDE = (40, 20)


def taken(kind: str, mode: str = "RGB", **more: Any) -> bytes:
    """A picture with the phone's name and the place in it, held sideways."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Telltale phone"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (23.0, 45.0, 12.0)
    file = BytesIO()
    Image.new(mode, WIDE, "red").save(file, kind, exif=exif, **more)
    return file.getvalue()


@pytest.mark.parametrize("content_type", sorted(FORMATS))
def test_the_camera_and_the_place_are_gone_and_the_picture_stands_upright(content_type: str) -> None:
    content = taken(FORMATS[content_type], comment=b"Telltale comment", icc_profile=b"Telltale profile")
    plain = redrawn(content_type, content)
    assert b"Telltale" in content
    assert b"Telltale" not in plain
    with Image.open(BytesIO(plain)) as picture:
        assert picture.size == WIDE[::-1]
        assert not picture.getexif()
        [(red, green, _)] = [picture.convert("RGB").resize((1, 1)).tobytes()]
        assert (red > 250, green < 5) == (True, True)


def test_texts_inside_a_png_are_gone() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Location", "Telltale street")
    assert b"Telltale" not in redrawn("image/png", taken("PNG", pnginfo=notes))


def test_what_is_see_through_stays_so() -> None:
    plain = redrawn("image/png", taken("PNG", "RGBA"))
    with Image.open(BytesIO(plain)) as picture:
        assert picture.mode == "RGBA"


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200), taken("PNG"), taken("JPEG")[:200]]
)
def test_what_is_no_picture_of_its_kind_is_refused(content: bytes) -> None:
    with pytest.raises(BrokenPicture):
        redrawn("image/jpeg", content)


def test_a_small_file_that_unfolds_into_a_huge_picture_is_refused() -> None:
    file = BytesIO()
    Image.new("1", (10_000, 10_000)).save(file, "PNG")
    assert len(file.getvalue()) < 100_000
    with pytest.raises(BrokenPicture, match="too many pixels"):
        redrawn("image/png", file.getvalue())
