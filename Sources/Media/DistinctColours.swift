/// The different colours of a picture, each once, and which of them each pixel has. What is true of a colour wherever it
/// stands, such as its place in Oklab, is worked out once.
struct DistinctColours {
  let colours: [Colour]
  /// The same in Oklab.
  let oklab: [Oklab]
  /// For each pixel the number of its colour.
  let numbers: [Int32]

  init(_ picture: Picture) {
    let count = picture.width * picture.height
    var colours: [Colour] = []
    var numbers = [Int32](repeating: 0, count: count)
    // A hash table with open addresses, at most half full.
    let bits = Int.bitWidth - (2 * count - 1).leadingZeroBitCount
    var table = [Int32](repeating: -1, count: 1 << bits)
    for pixel in 0..<count {
      let colour = picture[pixel]
      // Fibonacci hashing: the upper bits of the product.
      var slot = Int((colour.key &* 0x9E37_79B9) >> UInt32(32 - bits))
      while table[slot] >= 0, colours[Int(table[slot])] != colour { slot = (slot + 1) & (table.count - 1) }
      if table[slot] < 0 {
        table[slot] = Int32(colours.count)
        colours.append(colour)
      }
      numbers[pixel] = table[slot]
    }
    self.colours = colours
    self.numbers = numbers
    oklab = colours.map { Oklab($0) }
  }
}
