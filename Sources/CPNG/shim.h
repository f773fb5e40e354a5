#include <png.h>
// libpng stands on zlib, which its headers no longer include.
#include <zlib.h>
