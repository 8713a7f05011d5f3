"""Takes out of a picture what the camera wrote into it: the place, the moment, the phone.

`media.py` calls it before a file is kept; what advisors open is drawn anew from the pixels.
"""

from io import BytesIO

from PIL import Image, ImageOps

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
MOST_PIXELS = 50_000_000
"""More than phones take. A file of some kilobytes can unfold into gigabytes."""
QUALITY = 85

Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit only warns; ours refuses, before anything is unfolded


class BrokenPicture(Exception):
    """A file that is no picture of its kind, or one too large to be opened."""


def redrawn(content_type: str, content: bytes) -> bytes:
    """Return the picture upright and with nothing but its pixels; raises BrokenPicture."""
    kind = FORMATS[content_type]
    try:
        with Image.open(BytesIO(content), formats=[kind]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise BrokenPicture("too many pixels")
            return _saved(ImageOps.exif_transpose(picture), kind)
    except (OSError, SyntaxError, ValueError) as error:
        raise BrokenPicture(type(error).__name__) from None


def _saved(picture: Image.Image, kind: str) -> bytes:
    plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    plain.info.clear()  # colour profiles and comments would go along
    file = BytesIO()
    plain.save(file, kind, quality=QUALITY)
    return file.getvalue()
