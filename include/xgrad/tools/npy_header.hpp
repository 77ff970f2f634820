#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/tools/byte_reader.hpp>

#include <algorithm>
#include <bit>
#include <string>
#include <string_view>

// What stands before the elements in a .npy file: six magic bytes, the version of the format, the
// length of the rest, and a Python dictionary as text, for instance
//
//     {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
//
// Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".

namespace xgrad::detail {
inline constexpr std::string_view npy_magic = "\x93NUMPY";

// NumPy's own limit.
inline constexpr std::size_t npy_highest_rank = 64;

struct npy_header
{
    char kind = 0; // 'f', 'i', 'u', 'b'; any other is of no use here
    unsigned bytes = 0;
    bool swapped = false; // the other byte order than this machine's
    bool fortran_order = false;
    shape_type shape;
    std::string description; // the element type as it was written
};

/// Reads the dictionary. Whatever is not as it should be is an error of `file`.
class npy_header_parser
{
public:
    npy_header_parser(std::string_view text, byte_reader const& file) : text_(text), file_(file) {}

    npy_header parse()
    {
        npy_header header;
        bool described = false, ordered = false, shaped = false;
        expect('{');
        while (!accept('}')) {
            auto const key = quoted();
            expect(':');
            if (key == "descr" && !described) {
                described = true;
                element_type_into(header);
            } else if (key == "fortran_order" && !ordered) {
                ordered = true;
                header.fortran_order = truth();
            } else if (key == "shape" && !shaped) {
                shaped = true;
                shape_into(header);
            } else {
                fail("an unknown key \"" + std::string(key) + "\"");
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        if (!described || !ordered || !shaped) {
            fail("not the three keys descr, fortran_order and shape");
        }
        return header;
    }

private:
    void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

    bool accept(char c)
    {
        skip_space();
        bool const found = at_ < text_.size() && text_[at_] == c;
        at_ += found ? 1 : 0;
        return found;
    }

    void expect(char c)
    {
        if (!accept(c)) {
            fail(std::string("no '") + c + "' where one should be");
        }
    }

    std::string_view quoted()
    {
        auto const quote = accept('\'') ? '\'' : '"';
        if (quote == '"') {
            expect('"');
        }
        auto const end = text_.find(quote, at_);
        if (end == text_.npos) {
            fail("a quotation without end");
        }
        auto const content = text_.substr(at_, end - at_);
        at_ = end + 1;
        return content;
    }

    bool truth()
    {
        skip_space();
        bool const yes = text_.substr(at_).starts_with("True");
        if (!yes && !text_.substr(at_).starts_with("False")) {
            fail("neither True nor False for fortran_order");
        }
        at_ += yes ? 4 : 5;
        return yes;
    }

    /// A number of at most 2^60; none where the text goes on otherwise.
    std::size_t number()
    {
        constexpr auto most = std::size_t{1} << 60;
        skip_space();
        std::size_t value = 0;
        auto const begin = at_;
        for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
            value = value * 10 + static_cast<std::size_t>(text_[at_] - '0');
            if (value > most) {
                fail("a length beyond all memory");
            }
        }
        if (at_ == begin) {
            fail("no number where one should be");
        }
        return value;
    }

    void shape_into(npy_header& header)
    {
        expect('(');
        while (!accept(')')) {
            if (header.shape.size() == npy_highest_rank) {
                fail("more than " + std::to_string(npy_highest_rank) + " axes");
            }
            header.shape.push_back(number());
            accept('L'); // of Python 2
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        // Strides, too, have to be numbers, even where an axis of length 0 leaves no elements.
        std::size_t product = 1;
        for (auto const length : header.shape) {
            if (length > 0 && product > (std::size_t{1} << 60) / length) {
                fail("a shape beyond all memory");
            }
            product *= std::max<std::size_t>(length, 1);
        }
    }

    /// "<f8": byte order, kind, bytes.
    void element_type_into(npy_header& header)
    {
        skip_space();
        if (at_ < text_.size() && text_[at_] == '[') {
            file_.fail(
                "holds records; write each field as an array of its own: np.save(path, a[\"x\"])");
        }
        auto rest = quoted();
        header.description = rest;
        auto order = '=';
        if (!rest.empty() && std::string_view("<>|=").find(rest[0]) != rest.npos) {
            order = rest[0];
            rest.remove_prefix(1);
        }
        constexpr bool little = std::endian::native == std::endian::little;
        header.swapped = order == (little ? '>' : '<');
        if (rest.size() == 2 && rest[1] >= '1' && rest[1] <= '9') {
            header.kind = rest[0];
            header.bytes = static_cast<unsigned>(rest[1] - '0');
        }
    }

    [[noreturn]] void fail(std::string const& what) const
    {
        file_.fail("has a damaged header (" + what + "); write it again with np.save");
    }

    std::string_view text_;
    byte_reader const& file_;
    std::size_t at_ = 0;
};

/// Reads up to where the elements begin; versions 1 to 3 of the format.
inline npy_header read_npy_header(byte_reader& file)
{
    if (file.left() < npy_magic.size()) {
        file.fail("is too short for a .npy file; np.save and save_npy write them");
    }
    if (auto const magic = file.read_text(npy_magic.size()); magic != npy_magic) {
        file.fail(
            magic.starts_with("PK") ? "is an archive of arrays; load_npz reads it"
                                    : "is not a .npy file; np.save and save_npy write them");
    }
    auto const version = file.read_text(2);
    auto const major = static_cast<unsigned char>(version[0]);
    if (major < 1 || major > 3) {
        file.fail(
            "has version " + std::to_string(major) +
            " of the format, and 1 to 3 are known; write it with np.save, which takes the lowest");
    }
    std::size_t length = 0;
    auto const digits = file.read_text(major == 1 ? 2 : 4);
    for (std::size_t i = digits.size(); i-- > 0;) {
        length = length << 8 | static_cast<unsigned char>(digits[i]);
    }
    auto const text = file.read_text(length);
    return npy_header_parser(text, file).parse();
}

/// All that stands before the elements of a dense row-major body, in version 1.0; its length is a
/// multiple of 64, as NumPy has it, so that the elements can be mapped into memory.
inline std::string npy_header_of(tensor_body const& body)
{
    auto const kind = body.type == element_type::boolean                       ? 'b'
        : body.type == element_type::int64 || body.type == element_type::int32 ? 'i'
                                                                               : 'f';
    auto const order = kind == 'b' ? '|' : std::endian::native == std::endian::little ? '<' : '>';
    std::string text = std::string("{'descr': '") + order + kind +
        std::to_string(bytes_of(body.type)) + "', 'fortran_order': False, 'shape': (";
    for (std::size_t axis = 0; axis < body.shape.size(); ++axis) {
        text += (axis > 0 ? ", " : "") + std::to_string(body.shape[axis]);
    }
    text += body.shape.size() == 1 ? ",), }" : "), }"; // (3,) and (3, 4)
    constexpr std::size_t before = 10;                 // magic, version, length
    text.append(63 - (before + text.size()) % 64, ' ');
    text += '\n';
    return std::string(npy_magic) + '\1' + '\0' + static_cast<char>(text.size() & 0xff) +
        static_cast<char>(text.size() >> 8) + text;
}
} // namespace xgrad::detail
