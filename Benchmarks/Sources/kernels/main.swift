// Times each kernel on the shapes that matter and says which share of the measured peak it reaches.
//
//   swift run -c release --package-path Benchmarks kernels [--threads N] [--isa portable|avx2|avx512|avx512vnni]
//     [--json FILE] [WORD ...]
//
// With words, only the shapes whose names contain one of them; with a file, its part `kernels` is replaced by the
// results. Each answer is compared with double precision at a few places: a wrong answer is never timed in silence.
import CKernels
import Foundation

var words: [String] = []
var json: String?
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  switch argument {
  case "--threads": lw_set_thread_count(arguments.popFirst().flatMap(Int.init) ?? 1)
  case "--json": json = arguments.popFirst()
  case "--isa":
    let name = arguments.popFirst() ?? ""
    let isa = [LW_ISA_PORTABLE, LW_ISA_AVX2, LW_ISA_AVX512, LW_ISA_AVX512_VNNI].first {
      String(cString: lw_isa_name($0)) == name
    }
    guard let isa, lw_isa_select(isa) else {
      fatalError("This machine has no instruction set named \(name).")
    }
  default: words.append(argument)
  }
}

var table = Table(words: words)
table.printHead()

// The linear layers of Stable Diffusion 1.4, half precision, at 64 x 64, 32 x 32, 16 x 16 and 8 x 8 latents. Float32
// and 16-bit integers in turn, so that a slow minute meets both.
for (rows, width) in [(4096, 320), (1024, 640), (256, 1280), (64, 1280)] {
  for precision in Precision.allCases {
    table.time(MatrixProduct("SD linear", rows: rows, depth: width, columns: width, in: precision))
  }
  for precision in Precision.allCases {
    table.time(
      MatrixProduct(
        "SD feed-forward in", rows: rows, depth: width, columns: 4 * width, gated: true, in: precision))
  }
  for precision in Precision.allCases {
    table.time(
      MatrixProduct("SD feed-forward out", rows: rows, depth: 4 * width, columns: width, in: precision))
  }
}
table.time(MatrixProduct("SD time embedding", rows: 1, depth: 320, columns: 1280))

for (size, channels, columns) in [
  (64, 320, 320), (64, 640, 320), (32, 640, 640), (32, 1280, 640), (16, 1280, 1280), (16, 2560, 1280),
  (8, 1280, 1280),
] {
  for precision in Precision.allCases {
    table.time(
      Convolution("SD 3x3", batch: 2, size: size, channels: channels, columns: columns, in: precision))
  }
}
for precision in Precision.allCases {
  table.time(
    Convolution("SD 3x3 stride 2", size: 64, channels: 320, columns: 320, stride: 2, in: precision))
}
table.time(Convolution("SD first", size: 64, channels: 4, columns: 320))
table.time(Convolution("SD last", size: 64, channels: 320, columns: 4))
table.time(Convolution("SD VAE 3x3", size: 64, channels: 512, columns: 512))
table.time(Convolution("SD VAE 3x3", size: 256, channels: 256, columns: 256))
table.time(Convolution("SD VAE 3x3", size: 512, channels: 128, columns: 128))
table.time(Convolution("SD VAE last", size: 512, channels: 128, columns: 3))

for (tokens, width) in [(4096, 40), (1024, 80), (256, 160), (64, 160)] {
  for precision in Precision.allCases {
    table.time(
      Attention(
        "SD self-attention", heads: 8, width: width, queries: tokens, keys: tokens, in: precision))
  }
  for precision in Precision.allCases {
    table.time(
      Attention("SD cross-attention", heads: 8, width: width, queries: tokens, keys: 77, in: precision))
  }
}

// The bundled model: 16 x 16 latents down to 4 x 4, several frames in a batch.
for (size, channels) in [(16, 48), (8, 96), (4, 192)] {
  table.time(
    Convolution("small 3x3", batch: 8, size: size, channels: channels, columns: channels, element: LW_FLOAT32)
  )
  table.time(
    MatrixProduct(
      "small linear", rows: 8 * size * size, depth: channels, columns: channels, element: LW_FLOAT32))
  table.time(
    Attention(
      "small self-attention", batch: 8, heads: 4, width: channels / 4, queries: size * size, keys: size * size
    ))
}

for (pixels, channels) in [(4096, 320), (256, 1280), (64, 96), (262_144, 128)] {
  table.time(GroupNorm(pixels: pixels, channels: channels))
}
table.time(LayerNorm(rows: 4096, channels: 320))

if let json { try table.write(to: json) }
