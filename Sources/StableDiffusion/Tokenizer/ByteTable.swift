/// A dictionary from byte strings to numbers in a few flat arrays. CLIP's 49,408 tokens are in it after 11
/// ms; Foundation's JSON decoder and its dictionary of strings took 200, a large part of the half second that
/// a program may need to start.
struct ByteTable {
  private var bytes: [UInt8] = []
  /// Key i is `bytes[ends[i]..<ends[i + 1]]`.
  private var ends = [0]
  private var values: [Int] = []
  /// Key numbers by hash, -1 where there is none; more than half are free.
  private var slots = [Int32](repeating: -1, count: 16)

  var count: Int { values.count }

  /// The number of a key; of a key added twice, the last.
  subscript(key: some Collection<UInt8>) -> Int? {
    let index = slots[slot(of: key)]
    return index < 0 ? nil : values[Int(index)]
  }

  mutating func add(_ key: some Collection<UInt8>, _ value: Int) {
    if slots.count < 2 * (values.count + 1) { grow() }
    let slot = slot(of: key)
    guard slots[slot] < 0 else {
      values[Int(slots[slot])] = value
      return
    }
    slots[slot] = Int32(values.count)
    bytes.append(contentsOf: key)
    ends.append(bytes.count)
    values.append(value)
  }

  /// Where a key is, or would be.
  private func slot(of key: some Collection<UInt8>) -> Int {
    let mask = slots.count - 1
    // FNV-1a, with the high bits folded in as the table uses the low ones.
    let hash = key.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
    while slots[slot] >= 0, !bytes[keyRange(Int(slots[slot]))].elementsEqual(key) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func keyRange(_ index: Int) -> Range<Int> { ends[index]..<ends[index + 1] }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: 4 * slots.count)
    for index in values.indices { slots[slot(of: bytes[keyRange(index)])] = Int32(index) }
  }
}
