import Testing
import Walks

/// Sheets between two to four key frames.
@Suite struct GridTests {
  private func weights(_ grid: GridWalk, column: Int, row: Int) -> [Double] {
    let index = (0..<grid.columns * grid.rows).first { grid.cell($0) == (column, row) } ?? -1
    return grid.point(at: Position(leg: index, fraction: 0)).conditioning.weights
  }

  @Test("the walk goes over the cells to and fro, each once, and to a neighbour each time")
  func serpentine() {
    let grid = GridWalk(columns: 3, rows: 3, noises: [0, 0])
    let cells = (0..<9).map { grid.cell($0) }
    #expect(cells.map(\.column) == [0, 1, 2, 2, 1, 0, 0, 1, 2])
    #expect(cells.map(\.row) == [0, 0, 0, 1, 1, 1, 2, 2, 2])
    #expect(grid.legCount == 8 && !grid.isClosed)
    for (columns, rows) in [(1, 1), (1, 5), (5, 1), (4, 3), (7, 2)] {
      let grid = GridWalk(columns: columns, rows: rows, noises: [0, 0, 0, 0])
      let cells = (0..<columns * rows).map { grid.cell($0) }
      #expect(Set(cells.map { $0.row * columns + $0.column }).count == columns * rows)
      for (one, next) in zip(cells, cells.dropFirst()) {
        #expect(abs(one.column - next.column) + abs(one.row - next.row) == 1)
      }
    }
  }

  @Test("four key frames are exactly in the corners, in the order of reading", arguments: [(2, 2), (5, 4)])
  func fourCorners(columns: Int, rows: Int) {
    let grid = GridWalk(columns: columns, rows: rows, noises: [0, 0, 0, 0])
    #expect(weights(grid, column: 0, row: 0) == [1, 0, 0, 0])
    #expect(weights(grid, column: columns - 1, row: 0) == [0, 1, 0, 0])
    #expect(weights(grid, column: 0, row: rows - 1) == [0, 0, 1, 0])
    #expect(weights(grid, column: columns - 1, row: rows - 1) == [0, 0, 0, 1])
  }

  @Test("of three key frames the last corner is half-way between the second and the third")
  func threeCorners() {
    let grid = GridWalk(columns: 3, rows: 3, noises: [0, 0, 0])
    #expect(weights(grid, column: 0, row: 0) == [1, 0, 0])
    #expect(weights(grid, column: 2, row: 0) == [0, 1, 0])
    #expect(weights(grid, column: 0, row: 2) == [0, 0, 1])
    #expect(weights(grid, column: 2, row: 2) == [0, 0.5, 0.5])
    #expect(weights(grid, column: 1, row: 1) == [0.25, 0.375, 0.375])
  }

  @Test("of two key frames each row leads from the first to the second")
  func twoCorners() {
    let grid = GridWalk(columns: 5, rows: 3, noises: [0, 0])
    for row in 0..<3 {
      for column in 0..<5 {
        let x = Double(column) / 4
        #expect(weights(grid, column: column, row: row) == [1 - x, x])
      }
    }
  }

  @Test("the weights of any point add up to one, and the noise keeps variance one", arguments: 2...4)
  func sums(corners: Int) {
    for noises in [
      Array(repeating: 0, count: corners), Array(0..<corners), [0, 1, 0, 1].prefix(corners).map(\.self),
    ] {
      let grid = GridWalk(columns: 4, rows: 3, noises: noises)
      #expect(grid.noiseCount == (noises.max() ?? 0) + 1)
      for step in 0...110 {
        let point = grid.point(at: Position(Double(step) / 10))
        #expect(point.conditioning.weights.allSatisfy { $0 >= 0 })
        #expect(abs(point.conditioning.weights.reduce(0, +) - 1) < 1e-15)
        #expect(abs(squares(point.noise.weights) - 1) < 1e-14, "\(noises) at \(step)")
      }
    }
  }

  @Test("between two cells the walk is on the straight line, also from row to row")
  func betweenCells() {
    let grid = GridWalk(columns: 3, rows: 2, noises: [0, 1, 2, 3])
    for leg in 0..<5 {
      let ends = [leg, leg + 1].map { grid.point(at: Position(leg: $0, fraction: 0)).conditioning.weights }
      let middle = grid.point(at: Position(leg: leg, fraction: 0.5)).conditioning.weights
      #expect(zip(middle, zip(ends[0], ends[1])).allSatisfy { abs($0 - ($1.0 + $1.1) / 2) < 1e-15 })
    }
  }

  @Test("beyond its last cell the walk stays there")
  func beyond() {
    let grid = GridWalk(columns: 3, rows: 2, noises: [0, 1, 2, 3])
    for legs in [5.5, 6, 7.25] { #expect(grid.point(at: Position(legs)) == grid.point(at: Position(5))) }
  }

  @Test("a sheet of one column or row has its key frames along it")
  func lines() {
    let column = GridWalk(columns: 1, rows: 5, noises: [0, 0, 0, 0])
    #expect(weights(column, column: 0, row: 4) == [0, 0, 1, 0])
    let row = GridWalk(columns: 5, rows: 1, noises: [0, 0])
    #expect(weights(row, column: 4, row: 0) == [0, 1])
    let cell = GridWalk(columns: 1, rows: 1, noises: [0, 0])
    #expect(cell.legCount == 0 && weights(cell, column: 0, row: 0) == [1, 0])
  }
}
