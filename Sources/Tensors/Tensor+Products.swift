import CKernels

extension Tensor {
  /// The matrix product with the weights of a linear layer: [..., in] -> [..., out].
  public func multiplied(by weights: PackedWeights, then epilogue: Epilogue = Epilogue()) -> Tensor {
    let (rows, channels) = rowsAndChannels
    precondition(
      weights.taps == 1 && channels == weights.channels,
      "\(shape) does not fit weights of \(weights.channels) inputs.")
    let columns = weights.isGated ? weights.columns / 2 : weights.columns
    return Tensor(shape: shape.dropLast() + [columns]) { result in
      weights.withKernelWeights { kernelWeights in
        epilogue.withKernelEpilogue(rows: rows, weights: weights) { kernelEpilogue in
          var arguments = lw_matrix_product_arguments(
            y: result.baseAddress, y_stride: columns, x: storage.address, x_stride: channels, rows: rows,
            weights: kernelWeights, epilogue: kernelEpilogue)
          withWorkspace(byteCount: lw_matrix_product_workspace(&arguments)) {
            lw_matrix_product(&arguments, $0)
          }
        }
      }
    }
  }

  /// The convolution of a picture: [n, h, w, in] -> [n, h', w', out].
  /// - Parameters:
  ///   - skip: a second tensor [n, h, w, more], concatenated with this one along the channels.
  ///   - size: for `.upsample`, the size to which the doubled picture is cropped before it is convolved: 2 h or 2 h - 1
  ///     by 2 w or 2 w - 1. Absent: 2 h by 2 w.
  public func convolved(
    by weights: PackedWeights, _ geometry: ConvolutionGeometry, beside skip: Tensor? = nil,
    upsampledTo size: (height: Int, width: Int)? = nil, then epilogue: Epilogue = Epilogue()
  ) -> Tensor {
    let (n, h, w, c) = shape4
    let skipChannels = skip?.shape4.3 ?? 0
    precondition(
      weights.taps == geometry.kernel * geometry.kernel && c + skipChannels == weights.channels,
      "\(shape) and \(skipChannels) more channels do not fit weights of \(weights.channels) inputs.")
    precondition(
      skip.map { Array($0.shape.dropLast()) == [n, h, w] } ?? true, "Both inputs have the same size.")
    var convolution = lw_convolution_arguments()
    convolution.sources.0 = lw_source(data: storage.address, channels: c)
    convolution.sources.1 = lw_source(data: UnsafePointer(skip?.storage.address), channels: skipChannels)
    (convolution.batch, convolution.height, convolution.width) = (n, h, w)
    (convolution.kernel, convolution.stride) = (geometry.kernel, geometry.stride)
    (convolution.pad_before, convolution.pad_after) = (geometry.paddingBefore, geometry.paddingAfter)
    if geometry.upsamplesFirst {
      let size = size ?? (2 * h, 2 * w)
      precondition(
        (2 * h - 1...2 * h).contains(size.height) && (2 * w - 1...2 * w).contains(size.width),
        "A picture of \(h) x \(w) cannot be doubled to \(size.height) x \(size.width).")
      (convolution.upsampled_height, convolution.upsampled_width) = size
    }
    convolution.direct = weights.packing.convolution == .direct
    let (height, width) = (lw_convolved_height(&convolution), lw_convolved_width(&convolution))
    return Tensor(shape: [n, height, width, weights.columns]) { result in
      weights.withKernelWeights { kernelWeights in
        epilogue.withKernelEpilogue(rows: n * height * width, weights: weights) { kernelEpilogue in
          convolution.y = result.baseAddress
          (convolution.weights, convolution.epilogue) = (kernelWeights, kernelEpilogue)
          withWorkspace(byteCount: lw_convolution_workspace(&convolution)) {
            lw_convolution(&convolution, $0)
          }
        }
      }
    }
  }
}

extension PackedWeights {
  /// An upper bound of the workspace of a 3x3 convolution, in bytes, for pictures and batches of any size. Winograd's
  /// transforms take the most: what all threads share, and a block of pictures for each thread. The numbers are those
  /// of `winograd.c`.
  package static func convolutionWorkspaceBytes(inputs: Int, outputs: Int, threads: Int) -> Int {
    let planes = 36 * MemoryLayout<Float>.stride * (inputs + 1)
    // Filters are transformed in rounds of 48 MB, and an even number of panels of 16 columns.
    let shared = min(48 << 20, planes * max(64, outputs)) + planes * 2 * 16
    let block = 36 * MemoryLayout<Float>.stride * (max(96 * 320, 64 * inputs) + 20 * 64 * 16)
    return shared + threads * (block + 8192)
  }
}

/// How a convolution moves over a picture.
public struct ConvolutionGeometry: Sendable {
  public let kernel: Int
  let stride: Int
  /// Rows of zeros above, and columns to the left.
  let paddingBefore: Int
  /// Rows of zeros below, and columns to the right.
  let paddingAfter: Int
  /// Whether the picture is first doubled in both directions (nearest neighbour).
  let upsamplesFirst: Bool

  private init(kernel: Int, stride: Int = 1, before: Int, after: Int, upsamplesFirst: Bool = false) {
    self.kernel = kernel
    self.stride = stride
    self.paddingBefore = before
    self.paddingAfter = after
    self.upsamplesFirst = upsamplesFirst
  }

  /// Whether a 3 x 3 kernel moves pixel by pixel and the (upsampled) picture keeps its size.
  var keepsSize: Bool { kernel == 3 && stride == 1 && paddingBefore == 1 && paddingAfter == 1 }

  /// 1 x 1: a linear layer for every pixel.
  public static let pointwise = ConvolutionGeometry(kernel: 1, before: 0, after: 0)
  /// 3 x 3, the size stays.
  public static let same = ConvolutionGeometry(kernel: 3, before: 1, after: 1)
  /// 3 x 3 with stride 2: half the size.
  public static let downsample = ConvolutionGeometry(kernel: 3, stride: 2, before: 1, after: 1)
  /// 3 x 3 with stride 2 and zeros below and to the right only, as in the autoencoder.
  public static let downsampleOneSided = ConvolutionGeometry(kernel: 3, stride: 2, before: 0, after: 1)
  /// 3 x 3 on the doubled picture.
  public static let upsample = ConvolutionGeometry(kernel: 3, before: 1, after: 1, upsamplesFirst: true)
}
