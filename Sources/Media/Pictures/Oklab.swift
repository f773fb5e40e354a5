import Glibc

/// A colour in Oklab (Ottosson 2020, https://bottosson.github.io/posts/oklab), where the distance of two colours is how
/// different they look: 0.02 is just visible, black and white are 1 apart.
struct Oklab {
  /// From black, 0, to white, 1.
  var lightness: Float
  /// From green to red.
  var a: Float
  /// From blue to yellow.
  var b: Float

  /// Lightness, a and b by number.
  subscript(axis: Int) -> Float {
    switch axis {
    case 0: lightness
    case 1: a
    default: b
    }
  }

  func squaredDistance(to other: Oklab) -> Float {
    let (x, y, z) = (lightness - other.lightness, a - other.a, b - other.b)
    return x * x + y * y + z * z
  }

  func distance(to other: Oklab) -> Float {
    squaredDistance(to: other).squareRoot()
  }
}

extension Oklab {
  init(_ colour: Colour) {
    let red = Self.linear[Int(colour.red)]
    let green = Self.linear[Int(colour.green)]
    let blue = Self.linear[Int(colour.blue)]
    let l = cbrtf(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    let m = cbrtf(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    let s = cbrtf(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s
    a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s
    b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
  }

  /// The nearest 8-bit colour.
  var colour: Colour {
    let l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
    let m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
    let s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
    return Colour(
      red: Self.encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
      green: Self.encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
      blue: Self.encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s))
  }

  /// Light per sRGB byte, 0...1 (IEC 61966-2-1).
  private static let linear: [Float] = (0..<256).map { byte in
    let value = Float(byte) / 255
    return value <= 0.04045 ? value / 12.92 : powf((value + 0.055) / 1.055, 2.4)
  }

  private static func encoded(_ light: Float) -> UInt8 {
    let value = light <= 0.0031308 ? 12.92 * light : 1.055 * powf(light, 1 / 2.4) - 0.055
    return UInt8((min(max(value, 0), 1) * 255).rounded())
  }

  private func cube(_ x: Float) -> Float { x * x * x }
}
