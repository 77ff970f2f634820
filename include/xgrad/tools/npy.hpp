#pragma once

#include <xgrad/tensor/tensor.hpp>
#include <xgrad/tools/npy_header.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <utility>

// Arrays in the files of NumPy.

namespace xgrad {
namespace detail {
/// `x` as a T. Rounding to a floating-point type is allowed, another loss is an error of `file`.
template <class T, class From>
T element_from_file(From x, byte_reader const& file)
{
    bool exact = true;
    if constexpr (std::same_as<T, bool>) {
        exact = x == From(0) || x == From(1);
    } else if constexpr (std::same_as<From, bool> || std::floating_point<T>) {
        exact = true;
    } else if constexpr (std::integral<From>) {
        exact = std::in_range<T>(x);
    } else {
        auto const beyond = std::ldexp(From(1), std::numeric_limits<T>::digits);
        exact = x >= -beyond && x < beyond && x == std::trunc(x);
    }
    if (!exact) {
        file.fail(
            "holds the element " + std::to_string(x) + ", which does not fit the type " +
            std::string(name_of(type_of<T>)) + "; load it as double");
    }
    return static_cast<T>(x);
}

/// The next `count` elements, written as a From, as T.
template <class From, class T>
void read_elements(byte_reader& file, bool swapped, T* to, std::size_t count)
{
    // A byte of a file may be no truth value.
    using raw = std::conditional_t<std::same_as<From, bool>, unsigned char, From>;
    if (std::same_as<raw, T> && !swapped) {
        file.read(to, count * sizeof(T));
        return;
    }
    std::array<raw, 1024> part;
    for (std::size_t begin = 0; begin < count; begin += part.size()) {
        auto const n = std::min(part.size(), count - begin);
        file.read(part.data(), n * sizeof(raw));
        std::transform(part.data(), part.data() + n, to + begin, [&](raw x) {
            if (swapped) {
                auto bytes = std::bit_cast<std::array<std::byte, sizeof(raw)>>(x);
                std::reverse(bytes.begin(), bytes.end());
                x = std::bit_cast<raw>(bytes);
            }
            return element_from_file<T>(static_cast<From>(x), file);
        });
    }
}

/// Calls `f.template operator()<From>()` with the type that a header names; false for a type that
/// no tensor can hold.
template <class F>
bool with_npy_type(npy_header const& header, F&& f)
{
    auto const one_of = [&]<class... From>(char kind) {
        return kind == header.kind &&
            ((sizeof(From) == header.bytes && (f.template operator()<From>(), true)) || ...);
    };
    return one_of.template operator()<double, float>('f') ||
        one_of.template operator()<std::int64_t, std::int32_t, std::int16_t, std::int8_t>('i') ||
        one_of.template operator()<std::uint64_t, std::uint32_t, std::uint16_t, std::uint8_t>(
            'u') ||
        one_of.template operator()<bool>('b');
}

/// The array that the reader stands before.
template <tensor_element T>
tensor<T> read_npy(byte_reader& file)
{
    auto header = read_npy_header(file);
    auto const count = element_count(header.shape);
    if (count > 0 && header.bytes > file.left() / count) {
        file.fail(
            "is cut off: shape " + to_string(header.shape) + " takes " + std::to_string(count) +
            " elements of " + std::to_string(header.bytes) + " bytes, and " +
            std::to_string(file.left()) + " bytes are left; write it again");
    }
    // The axes of Fortran order, read backwards, are those of ours.
    if (header.fortran_order) {
        std::reverse(header.shape.begin(), header.shape.end());
    }
    body_pointer body;
    bool const known = with_npy_type(header, [&]<class From>() {
        body = make_body(type_of<T>, header.shape);
        read_elements<From>(file, header.swapped, body->template elements<T>(), count);
    });
    if (!known) {
        file.fail(
            "holds elements of type '" + header.description +
            "', which no tensor does; write numbers: np.save(path, a.astype(np.float64))");
    }
    if (header.fortran_order) {
        auto shape = body->shape;
        auto strides = body->strides();
        std::reverse(shape.begin(), shape.end());
        std::reverse(strides.begin(), strides.end());
        body = dense_copy(*make_view(body, std::move(shape), std::move(strides), 0));
    }
    return tensor<T>(std::move(body));
}

/// The elements of a dense row-major body.
inline std::span<std::byte const> bytes_in(tensor_body const& body) noexcept
{
    return {static_cast<std::byte const*>(body.data), body.size * bytes_of(body.type)};
}

/// Any array as NumPy's files hold it: its values in row-major order.
template <array_operand X>
body_pointer body_for_npy(X const& x)
{
    auto const values = as_tensor(x);
    if (values.dimension() > npy_highest_rank) {
        throw value_error(
            "save: " + std::to_string(values.dimension()) + " axes are more than NumPy's " +
            std::to_string(npy_highest_rank) + "; reshape the array");
    }
    note_reading(values.body());
    return row_major(values.handle());
}
} // namespace detail

/// Writes an array, or the value of an expression, as a .npy file: np.load reads it. Throws
/// value_error where the file cannot be written.
template <array_operand X>
void save_npy(std::string const& path, X const& x)
{
    auto const body = detail::body_for_npy(x);
    detail::byte_writer file("save_npy", path);
    file.write(detail::npy_header_of(*body));
    file.write(detail::bytes_in(*body));
    file.close();
}

/// Reads a .npy file: floating-point numbers, integers or truth values, of either byte order, in C
/// or Fortran order. They are converted to T; only rounding may change them. Throws value_error,
/// naming the file, where it is missing or damaged or holds what a T does not.
template <tensor_element T = double>
tensor<T> load_npy(std::string const& path)
{
    detail::byte_reader file("load_npy", path);
    return detail::read_npy<T>(file);
}
} // namespace xgrad
