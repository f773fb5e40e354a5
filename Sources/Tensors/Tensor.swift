import CKernels

/// An array of float32 numbers with a shape: the only kind of activation in the program.
///
/// Layout, everywhere: **NHWC**, row-major. Pictures and latents are [n, height, width, channels], tokens are
/// [n, tokens, channels], and a picture seen by attention is the same memory as [n, height * width, channels]. Other
/// layouts exist only where weights are read, and where pixels and noise enter or leave.
///
///     let x = Tensor(shape: [1, 2, 2, 3], values: (0..<12).map(Float.init))
///     let y = 2 * x + x
///
/// A wrong shape is a programming error and stops the program with a message.
public struct Tensor: Sendable {
  /// Sizes from the slowest to the fastest dimension.
  public let shape: [Int]
  let storage: Storage

  /// A tensor whose memory `write` fills completely; it starts with arbitrary numbers.
  public init(shape: [Int], writing write: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    precondition(shape.allSatisfy { $0 >= 0 }, "A shape has no negative sizes: \(shape).")
    self.shape = shape
    storage = Storage(count: shape.reduce(1, *))
    try write(UnsafeMutableBufferPointer(start: storage.address, count: storage.count))
  }

  public init(shape: [Int], values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill the shape \(shape).")
    self.init(shape: shape) { _ = $0.update(fromContentsOf: values) }
  }

  public init(shape: [Int], repeating value: Float) {
    self.init(shape: shape) { $0.update(repeating: value) }
  }

  private init(shape: [Int], storage: Storage) {
    self.shape = shape
    self.storage = storage
  }

  public var count: Int { storage.count }

  /// The numbers in row-major order, as a copy.
  public var values: [Float] { withValues(Array.init) }

  /// Calls `body` with the numbers in row-major order.
  public func withValues<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
    try body(UnsafeBufferPointer(start: storage.address, count: count))
  }

  /// The same numbers under another shape of the same size; nothing is copied.
  public func reshaped(_ shape: [Int]) -> Tensor {
    precondition(shape.reduce(1, *) == count, "\(self.shape) cannot be seen as \(shape).")
    return Tensor(shape: shape, storage: storage)
  }

  /// The sizes of a tensor with three dimensions: (n, tokens, channels).
  var shape3: (Int, Int, Int) {
    precondition(shape.count == 3, "Three dimensions are expected, not \(shape).")
    return (shape[0], shape[1], shape[2])
  }

  /// The sizes of a tensor with four dimensions: (n, height, width, channels).
  public var shape4: (Int, Int, Int, Int) {
    precondition(shape.count == 4, "Four dimensions are expected, not \(shape).")
    return (shape[0], shape[1], shape[2], shape[3])
  }

  /// The last dimension, and how many rows of it there are.
  var rowsAndChannels: (rows: Int, channels: Int) {
    guard let channels = shape.last, channels > 0 else { return (0, 0) }
    return (count / channels, channels)
  }
}
