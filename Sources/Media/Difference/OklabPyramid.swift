/// A picture as the distance of two pictures sees it: the mean colours of its blocks in Oklab, at three sizes of block.
///
///     let one = OklabPyramid(Picture(width: 2, height: 1, pixels: [255, 0, 0, 0, 0, 255]))
///     let other = OklabPyramid(Picture(width: 2, height: 1, pixels: [250, 0, 0, 0, 0, 255]))
///     print(one.distance(to: other))
///
/// Per level, e is the mean over the blocks of the squared distance of their two mean colours; the pictures' distance is
///
///     d = sqrt((e_1 + e_2 + e_3) / 3)
///
/// The shorter side has 64, 32 and 16 blocks: blocks of 2, 4 and 8 pixels at 128 x 128, of 8, 16 and 32 at 512 x 512, so
/// that both sizes are compared in the same detail. By eye, neighbouring frames below 0.02 flow, and above 0.06 they are
/// seen as a cut; `Walks` has the two as `ChangeThresholds.oklab`. No network and no resampling is involved.
public struct OklabPyramid: Sendable, Hashable {
  /// Blocks of the finest level.
  public let columns: Int
  public let rows: Int
  /// The blocks' mean colours (lightness, a, b), finest level first and row by row, each level divided by the root of
  /// three times its number of blocks: then the distance above is the plain Euclidean one.
  let means: [SIMD3<Float>]
  /// The mean lightness, from black, 0, to white, 1.
  public let lightness: Double
  /// The standard deviation of the finest blocks' colours in Oklab.
  public let deviation: Double

  /// Blocks along the shorter side at the finest level.
  private static let finestBlocks = 64.0
  /// The sides of the levels' blocks in those of the finest.
  private static let levels = [1.0, 2, 4]
  /// Half of what is just visible between two colours.
  private static let flatDeviation = 0.01
  private static let blackLightness = 0.05

  public init(_ picture: Picture) {
    // A block has at least a pixel: small pictures have fewer blocks.
    let side = max(1, Double(min(picture.width, picture.height)) / Self.finestBlocks)
    var grids = Self.levels.map { BlockGrid(picture, side: side * $0) }
    for y in 0..<picture.height {
      let row = (y * picture.width..<(y + 1) * picture.width).map { Oklab(picture[$0]).vector }
      for level in grids.indices { grids[level].add(row, y: y) }
    }
    (columns, rows) = (grids[0].columns, grids[0].rows)
    let finest = grids[0].means
    means = grids.flatMap { grid in
      let weight = 1 / (Float(Self.levels.count * grid.columns * grid.rows)).squareRoot()
      return grid.means.map { $0 * weight }
    }
    let mean = finest.reduce(into: SIMD3<Float>()) { $0 += $1 } / Float(finest.count)
    let squares = finest.reduce(into: SIMD3<Float>()) { $0 += ($1 - mean) * ($1 - mean) }
    lightness = Double(mean.x)
    deviation = Double(squares.sum() / Float(finest.count)).squareRoot()
  }

  /// How different two pictures look: 0 for equal ones, 1 for black and white.
  /// - Parameter other: of a picture with the same proportions.
  public func distance(to other: OklabPyramid) -> Double {
    precondition(
      hasShape(of: other), "Pictures of \(columns) x \(rows) and \(other.columns) x \(other.rows) blocks.")
    var squares = SIMD3<Float>()
    for block in means.indices {
      let difference = means[block] - other.means[block]
      squares += difference * difference
    }
    return Double(squares.sum()).squareRoot()
  }

  /// Whether two pictures have the same number of blocks in each direction, so that they can be compared.
  public func hasShape(of other: OklabPyramid) -> Bool { columns == other.columns && rows == other.rows }

  /// Whether the picture is one colour to the eye, as it is when the model's output was not a number.
  public var isFlat: Bool { deviation < Self.flatDeviation }

  /// Whether it is one colour, and that is black.
  public var isBlack: Bool { isFlat && lightness < Self.blackLightness }
}

extension Oklab {
  fileprivate var vector: SIMD3<Float> { SIMD3(lightness, a, b) }
}

/// Sums of the colours in blocks whose side need not be a whole number of pixels.
private struct BlockGrid {
  let columns: Int
  let rows: Int
  private let height: Int
  /// The block of each pixel of a row.
  private let columnOfPixel: [Int]
  private var sums: [SIMD3<Float>]
  private var counts: [Float]

  init(_ picture: Picture, side: Double) {
    let columns = max(1, Int((Double(picture.width) / side).rounded()))
    let rows = max(1, Int((Double(picture.height) / side).rounded()))
    (self.columns, self.rows, height) = (columns, rows, picture.height)
    columnOfPixel = (0..<picture.width).map { $0 * columns / picture.width }
    sums = Array(repeating: SIMD3(), count: columns * rows)
    counts = Array(repeating: 0, count: columns * rows)
  }

  mutating func add(_ row: [SIMD3<Float>], y: Int) {
    let first = y * rows / height * columns
    for (column, colour) in zip(columnOfPixel, row) {
      sums[first + column] += colour
      counts[first + column] += 1
    }
  }

  var means: [SIMD3<Float>] { zip(sums, counts).map { $0 / $1 } }
}
