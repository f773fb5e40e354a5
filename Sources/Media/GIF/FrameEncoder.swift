/// Turns pictures into frames of at most 255 colours each, and keeps what is on the screen after each of them.
///
/// Every frame gets the palette that serves it best. Pixels whose colour on the screen is still good enough stay as
/// they are, so that far more than 255 colours are seen at once, still parts stay still, and small noise is
/// swallowed.
struct FrameEncoder {
  private let width: Int
  private let mask = BlueNoise()
  private(set) var canvas: Canvas
  private var previous: Picture?
  private var firstPalette: Palette?

  /// The error, in Oklab, that is tolerated in order to keep a pixel, before texture and mask vary it.
  private static let tolerance: Float = 0.002
  /// The first frame's palette serves a later one if its error in Oklab is larger by no more than this.
  private static let acceptedLoss = 0.004
  /// A pixel that moves by no more levels than this from one picture to the next is taken to rest.
  private static let rest = 2

  init(width: Int, height: Int) {
    self.width = width
    canvas = Canvas(pixelCount: width * height)
  }

  /// The next frame; nil if it changes nothing.
  ///
  /// `renewal` is the share of pixels, 0...1, that are drawn afresh even if the screen is good enough. It grows
  /// towards the seam of a loop, where the first frame comes again, which was drawn without knowing what was before
  /// it. There, frames also take the first frame's palette, if it serves them: in a walk that does not come back to
  /// its beginning it does not.
  mutating func encode(_ picture: Picture, renewal: Float = 0) -> IndexedFrame? {
    let colours = DistinctColours(picture)
    let texture = Texture(picture)
    let histogram = Histogram(colours, weights: weights(of: colours, texture))
    let own = Palette(histogram)
    let first = firstPalette ?? own
    firstPalette = first

    let sharesFirstTable =
      canvas.isEmpty
      || renewal > 0 && first.error(for: histogram) <= own.error(for: histogram) + Self.acceptedLoss
    let palette = sharesFirstTable ? first : own
    let indices = draw(
      picture, colours, texture, with: palette, renewal: sharesFirstTable ? renewal : 0)
    previous = picture
    return IndexedFrame(
      canvas: indices, width: width, palette: palette, sharesFirstTable: sharesFirstTable)
  }

  /// What each pixel counts when the palette is made: much where the picture is smooth and where the screen is wrong.
  private func weights(of colours: DistinctColours, _ texture: Texture) -> [Float] {
    colours.numbers.indices.map { pixel in
      let error = canvas.oklab[pixel].distance(to: colours.oklab[Int(colours.numbers[pixel])])
      return (0.05 + min(1, error / 0.02)) / (0.25 + texture.slope[pixel] / 16)
    }
  }

  /// Draws the pixels that have to change; returns their palette entries, and "unchanged" for the others.
  private mutating func draw(
    _ picture: Picture, _ colours: DistinctColours, _ texture: Texture, with palette: Palette, renewal: Float
  ) -> [UInt8] {
    var mixtures = [Mixture?](repeating: nil, count: colours.colours.count)
    var indices = [UInt8](repeating: IndexedFrame.unchanged, count: colours.numbers.count)
    for pixel in indices.indices {
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
      let number = Int(colours.numbers[pixel])
      let smoothness = texture.smoothness[pixel]

      // The mask varies the tolerance too, or whole areas would be drawn afresh in one frame and tick.
      let tolerance =
        Self.tolerance * (2 - 1.5 * smoothness) * (0.5 + mask.threshold(x: x, y: y, shift: 32))
      let error = canvas.oklab[pixel].distance(to: colours.oklab[number])
      let isRenewed = mask.threshold(x: x, y: y, shift: 16) < renewal
      if !isRenewed, error <= tolerance { continue }

      let mixture = mixtures[number] ?? palette.mixture(for: colours.oklab[number])
      mixtures[number] = mixture
      let candidate = mixture.entry(at: 0.5 + (mask.threshold(x: x, y: y) - 0.5) * smoothness)
      // At rest a pixel only ever gets better. Where colours move, that would lag behind them: bands.
      let accepted =
        rests(pixel, in: picture) ? candidate.error : min(mixture.darker.error, mixture.lighter.error)
      if !isRenewed, error <= accepted + tolerance { continue }

      if canvas.colours[pixel] != palette.colours[Int(candidate.index)] {
        canvas.set(pixel, to: candidate.index, of: palette)
        indices[pixel] = candidate.index
      }
    }
    return indices
  }

  private func rests(_ pixel: Int, in picture: Picture) -> Bool {
    guard let previous else { return true }
    for channel in 3 * pixel..<3 * pixel + 3
    where abs(Int(picture.pixels[channel]) - Int(previous.pixels[channel])) > Self.rest {
      return false
    }
    return true
  }
}

/// What is on the screen.
struct Canvas {
  /// The colour of each pixel; nil where nothing has been drawn yet.
  private(set) var colours: [Colour?]
  /// The same in Oklab. Where nothing has been drawn, far from all colours, so that nothing there is kept.
  private(set) var oklab: [Oklab]

  init(pixelCount: Int) {
    colours = [Colour?](repeating: nil, count: pixelCount)
    oklab = [Oklab](repeating: Oklab(lightness: 10, a: 0, b: 0), count: pixelCount)
  }

  var isEmpty: Bool { colours.first == .some(nil) }

  /// Three bytes a pixel; what has not been drawn is black.
  var pixels: [UInt8] {
    colours.flatMap { colour in
      let colour = colour ?? .black
      return [colour.red, colour.green, colour.blue]
    }
  }

  mutating func set(_ pixel: Int, to index: UInt8, of palette: Palette) {
    colours[pixel] = palette.colours[Int(index)]
    oklab[pixel] = palette.search.colours[Int(index)]
  }
}
