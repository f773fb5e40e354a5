/// Over a sheet between two to four key frames in its corners, cell by cell, to and fro: every other row leads back.
///
///     e(x, y) = (1-x)(1-y) e_1 + x (1-y) e_2 + (1-x) y e_3 + x y e_4
///
/// The corners are top left, top right, bottom left, bottom right. With two key frames a column is between them in every
/// row; with three the last corner is half-way between the second and the third. Noises have the same weights, divided
/// by the root of the sum of their squares, so that they keep variance one. A leg leads from a cell to the next.
public struct GridWalk: Path {
  public let columns: Int
  public let rows: Int
  public let isClosed = false
  /// Of each corner.
  private let noises: [Int]

  /// - Parameter noises: for each key frame, which noise it has.
  public init(columns: Int, rows: Int, noises: [Int]) {
    precondition(columns > 0 && rows > 0 && 2...4 ~= noises.count, "A grid has cells and 2 to 4 corners.")
    (self.columns, self.rows, self.noises) = (columns, rows, noises)
  }

  public var legCount: Int { columns * rows - 1 }
  public var noiseCount: Int { (noises.max() ?? 0) + 1 }

  /// The cell in which the walk is after some legs.
  public func cell(_ index: Int) -> (column: Int, row: Int) {
    let (row, place) = index.quotientAndRemainder(dividingBy: columns)
    return (row % 2 == 0 ? place : columns - 1 - place, row)
  }

  public func point(at position: Position) -> Point {
    let (from, to) = (cell(min(position.leg, legCount)), cell(min(position.leg + 1, legCount)))
    func place(_ from: Int, _ to: Int, of count: Int) -> Double {
      (Double(from) + position.fraction * Double(to - from)) / Double(max(1, count - 1))
    }
    let weights = corners(place(from.column, to.column, of: columns), place(from.row, to.row, of: rows))
    return Point(conditioning: .sum(LinearCombination(weights: weights)), noise: .sum(noise(weights)))
  }

  private func corners(_ x: Double, _ y: Double) -> [Double] {
    let last = x * y
    let all = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y]
    switch noises.count {
    case 2: return [1 - x, x]
    case 3: return [all[0], all[1] + last / 2, all[2] + last / 2]
    default: return all + [last]
    }
  }

  private func noise(_ weights: [Double]) -> LinearCombination {
    var mixed = [Double](repeating: 0, count: noiseCount)
    for (weight, noise) in zip(weights, noises) { mixed[noise] += weight }
    let norm = mixed.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return LinearCombination(weights: mixed.map { $0 / norm })
  }
}
