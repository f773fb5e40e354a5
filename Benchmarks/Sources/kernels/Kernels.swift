import CKernels
import Foundation

/// Memory for a kernel to work with.
private struct Workspace {
  private let numbers: Numbers

  init(byteCount: Int) { numbers = Numbers((byteCount + 3) / 4) }

  var kernelWorkspace: lw_workspace { lw_workspace(memory: numbers.address, bytes: numbers.count * 4) }
}

/// A linear layer; `gated` for the one that GEGLU halves.
struct MatrixProduct: Kernel {
  let name: String
  let precision: Precision
  private let rows: Int, depth: Int, columns: Int, gated: Bool
  private let x: Numbers, y: Numbers, bias: Numbers, weights: Weights
  private let arguments: lw_matrix_product_arguments, workspace: Workspace

  init(
    _ name: String, rows: Int, depth: Int, columns: Int, gated: Bool = false,
    element: lw_element = LW_FLOAT16,
    in precision: Precision = .float32
  ) {
    self.precision = precision
    self.name = "\(name) \(rows) x \(depth) x \(columns)" + (gated ? " x 2" : "") + precision.suffix
    (self.rows, self.depth, self.columns, self.gated) = (rows, depth, columns, gated)
    weights = Weights(
      columns: gated ? 2 * columns : columns, channels: depth, element: element,
      arithmetic: precision == .int16 ? LW_ARITHMETIC_INT16 : LW_ARITHMETIC_FLOAT32, gated: gated)
    x = Numbers(rows * depth, scale: 0.1)
    y = Numbers(rows * columns)
    bias = Numbers(gated ? 2 * columns : columns)
    var arguments = lw_matrix_product_arguments(
      y: y.address, y_stride: columns, x: x.address, x_stride: depth, rows: rows,
      weights: UnsafePointer(weights.packed),
      epilogue: nil)
    self.arguments = arguments
    workspace = Workspace(byteCount: lw_matrix_product_workspace(&arguments))
  }

  var work: Work { .operations(2 * rows * depth * columns * (gated ? 2 : 1)) }

  func run() {
    var epilogue = lw_epilogue()
    epilogue.bias = UnsafePointer(bias.address)
    epilogue.activation = gated ? LW_GEGLU : LW_IDENTITY
    withUnsafePointer(to: epilogue) { epilogue in
      var arguments = arguments
      arguments.epilogue = epilogue
      lw_matrix_product(&arguments, workspace.kernelWorkspace)
    }
  }

  func error() -> Double {
    func sum(_ row: Int, _ column: Int) -> Double {
      (0..<depth).reduce(bias[column]) {
        $0 + x[row * depth + $1] * weights.value(column: column, channel: $1)
      }
    }
    return largestError(y) { index in
      let (row, column) = (index / columns, index % columns)
      guard gated else { return sum(row, column) }
      let gate = sum(row, columns + column)
      return sum(row, column) * gate / 2 * (1 + erf(gate / 2.0.squareRoot()))
    }
  }
}

/// A 3x3 convolution of square pictures with one row of zeros around.
struct Convolution: Kernel {
  let name: String
  let precision: Precision
  private let shape: lw_convolution_arguments
  private let x: Numbers, y: Numbers, workspace: Workspace, weights: Weights

  init(
    _ name: String, batch: Int = 1, size: Int, channels: Int, columns: Int, stride: Int = 1,
    direct: Bool = false, element: lw_element = LW_FLOAT16, in precision: Precision = .float32
  ) {
    self.precision = precision
    self.name =
      "\(name) " + (batch > 1 ? "\(batch) x " : "") + "\(size)^2 \(channels) to \(columns)"
      + (direct ? ", direct" : "") + precision.suffix
    x = Numbers(batch * size * size * channels, scale: 0.1)
    let integers = direct || stride > 1 ? LW_ARITHMETIC_INT16 : LW_ARITHMETIC_INT16_WINOGRAD
    weights = Weights(
      columns: columns, channels: channels, taps: 9, element: element,
      arithmetic: precision == .int16 ? integers : LW_ARITHMETIC_FLOAT32)
    let outSize = (size - 1) / stride + 1
    y = Numbers(batch * outSize * outSize * columns)
    var shape = lw_convolution_arguments()
    shape.y = y.address
    shape.sources.0 = lw_source(data: x.address, channels: channels)
    (shape.batch, shape.height, shape.width) = (batch, size, size)
    (shape.kernel, shape.stride, shape.pad_before, shape.pad_after) = (3, stride, 1, 1)
    (shape.direct, shape.weights) = (direct, UnsafePointer(weights.packed))
    self.shape = shape
    workspace = Workspace(byteCount: lw_convolution_workspace(&shape))
  }

  private var outSize: Int { (shape.width - 1) / shape.stride + 1 }

  var work: Work { .operations(2 * y.count * 9 * weights.packed.pointee.channels) }

  func run() {
    var shape = shape
    lw_convolution(&shape, workspace.kernelWorkspace)
  }

  func error() -> Double {
    let columns = weights.packed.pointee.columns
    let channels = weights.packed.pointee.channels
    return largestError(y) { index in
      let pixel = index / columns
      let (place, row, image) = (pixel % outSize, pixel / outSize % outSize, pixel / outSize / outSize)
      var sum = 0.0
      for tap in 0..<9 {
        let (v, u) = (row * shape.stride + tap / 3 - 1, place * shape.stride + tap % 3 - 1)
        guard (0..<shape.height).contains(v), (0..<shape.width).contains(u) else { continue }
        let start = ((image * shape.height + v) * shape.width + u) * channels
        for c in 0..<channels {
          sum += x[start + c] * weights.value(column: index % columns, channel: c, tap: tap)
        }
      }
      return sum
    }
  }
}

/// Attention of all heads, with heads side by side in a token.
struct Attention: Kernel {
  let name: String
  let precision: Precision
  private let shape: lw_attention_arguments
  private let q: Numbers, k: Numbers, v: Numbers, out: Numbers
  private let workspace: Workspace

  init(
    _ name: String, batch: Int = 1, heads: Int, width: Int, queries: Int, keys: Int,
    in precision: Precision = .float32
  ) {
    self.precision = precision
    self.name =
      "\(name) " + (batch > 1 ? "\(batch) x " : "") + "\(heads) x \(queries) x \(keys) keys, width \(width)"
      + precision.suffix
    let inner = heads * width
    q = Numbers(batch * queries * inner, scale: 5)
    k = Numbers(batch * keys * inner)
    v = Numbers(batch * keys * inner)
    out = Numbers(batch * queries * inner)
    var shape = lw_attention_arguments(
      out: out.address, q: q.address, k: k.address, v: v.address, batch: batch, heads: heads,
      head_width: width,
      queries: queries, keys: keys, q_stride: inner, k_stride: inner, v_stride: inner, out_stride: inner,
      q_image: queries * inner, k_image: keys * inner, v_image: keys * inner, out_image: queries * inner,
      scale: 1 / Float(width).squareRoot(), causal: false,
      arithmetic: precision == .int16 ? LW_ARITHMETIC_INT16 : LW_ARITHMETIC_FLOAT32)
    self.shape = shape
    workspace = Workspace(byteCount: lw_attention_workspace(&shape))
  }

  var work: Work {
    .operations(4 * shape.batch * shape.heads * shape.queries * shape.keys * shape.head_width)
  }

  func run() {
    var shape = shape
    lw_attention(&shape, workspace.kernelWorkspace)
  }

  func error() -> Double {
    let width = shape.head_width
    let inner = shape.q_stride
    return largestError(out) { index in
      let (token, head) = (index / inner, index % inner / width)
      let image = token / shape.queries
      var sum = 0.0
      var total = 0.0
      for key in 0..<shape.keys {
        let row = (image * shape.keys + key) * inner
        let score = (0..<width).reduce(0.0) {
          $0 + q[token * inner + head * width + $1] * k[row + head * width + $1]
        }
        let weight = exp(score * Double(shape.scale))
        total += weight
        sum += weight * v[row + index % inner]
      }
      return sum / total
    }
  }
}

/// Group norm with SiLU, 32 groups. Counts one reading and one writing; it reads twice.
struct GroupNorm: Kernel {
  private let pixels: Int, channels: Int
  private let x: Numbers, y: Numbers, scale: Numbers, shift: Numbers
  private let arguments: lw_group_norm_arguments, workspace: Workspace

  init(pixels: Int, channels: Int) {
    (self.pixels, self.channels) = (pixels, channels)
    (x, y) = (Numbers(pixels * channels), Numbers(pixels * channels))
    (scale, shift) = (Numbers(channels), Numbers(channels))
    var arguments = lw_group_norm_arguments(
      y: y.address, sources: (lw_source(data: x.address, channels: channels), lw_source()), batch: 1,
      pixels: pixels,
      groups: 32, epsilon: 1e-5, scale: scale.address, shift: shift.address, silu: true)
    self.arguments = arguments
    workspace = Workspace(byteCount: lw_group_norm_workspace(&arguments))
  }

  var name: String { "group norm, SiLU \(pixels) x \(channels)" }
  var work: Work { .bytes(8 * pixels * channels) }

  func run() {
    var arguments = arguments
    lw_group_norm(&arguments, workspace.kernelWorkspace)
  }

  func error() -> Double {
    let width = channels / 32
    return largestError(y, places: 5) { index in
      let group = index % channels / width
      var sum = 0.0
      var squares = 0.0
      for pixel in 0..<pixels {
        for c in group * width..<(group + 1) * width {
          sum += x[pixel * channels + c]
          squares += x[pixel * channels + c] * x[pixel * channels + c]
        }
      }
      let count = Double(pixels * width)
      let mean = sum / count
      let normal = (x[index] - mean) / (squares / count - mean * mean + 1e-5).squareRoot()
      let value = normal * scale[index % channels] + shift[index % channels]
      return value / (1 + exp(-value))
    }
  }
}

struct LayerNorm: Kernel {
  private let rows: Int, channels: Int
  private let x: Numbers, y: Numbers, scale: Numbers, shift: Numbers

  init(rows: Int, channels: Int) {
    (self.rows, self.channels) = (rows, channels)
    (x, y) = (Numbers(rows * channels), Numbers(rows * channels))
    (scale, shift) = (Numbers(channels), Numbers(channels))
  }

  var name: String { "layer norm \(rows) x \(channels)" }
  var work: Work { .bytes(8 * rows * channels) }

  func run() {
    var arguments = lw_layer_norm_arguments(
      y: y.address, x: x.address, rows: rows, channels: channels, epsilon: 1e-5, scale: scale.address,
      shift: shift.address)
    lw_layer_norm(&arguments)
  }

  func error() -> Double {
    largestError(y) { index in
      let row = index / channels * channels
      let mean = (0..<channels).reduce(0.0) { $0 + x[row + $1] } / Double(channels)
      let variance =
        (0..<channels).reduce(0.0) { $0 + (x[row + $1] - mean) * (x[row + $1] - mean) } / Double(channels)
      return (x[index] - mean) / (variance + 1e-5).squareRoot() * scale[index % channels]
        + shift[index % channels]
    }
  }
}
