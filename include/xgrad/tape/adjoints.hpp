#pragma once

#include <xgrad/engine/accumulate.hpp>
#include <xgrad/engine/block_reader.hpp>
#include <xgrad/engine/dense.hpp>
#include <xgrad/engine/parallel.hpp>
#include <xgrad/rule/partial.hpp>
#include <xgrad/tape/recording.hpp>

#include <cstring>
#include <utility>
#include <vector>

namespace xgrad {
/// What a sweep wants of a variable.
enum class interest : std::uint8_t
{
    none,
    way, // it lies between a source and what is computed from it
    source
};

/// An adjoint: an array, or (of a seed of ones, below a sum) one number for all elements.
struct adjoint_value
{
    // Of an array that nobody but the sweep has seen: its elements, which may be overwritten. They
    // are the body's, or (without one) a few in the sweep's own memory.
    void* elements = nullptr;
    body_pointer body;
    double uniform = 0;
    bool is_uniform = false;
    interest wanted = interest::none;

    explicit operator bool() const noexcept { return elements != nullptr || is_uniform || body; }

    bool is_few() const noexcept { return elements != nullptr && !body; }
};

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// into += from, or into = g * from, for dense bodies of one type, on all cores.
template <class T, class F>
void for_each_part(std::size_t size, F&& f)
{
    constexpr auto length = 16 * block_length;
    for_each_chunk((size + length - 1) / length, 0.2 * static_cast<double>(size), [&](auto chunk) {
        auto const begin = chunk * length;
        f(begin, std::min(length, size - begin));
    });
}

template <class T>
void add_to(tensor_body& into, tensor_body const& from)
{
    for_each_part<T>(into.size, [&](std::size_t begin, std::size_t count) {
        join_each(into.elements<T>() + begin, from.elements<T const>() + begin, count, add{});
    });
}

/// An adjoint of one, scaled by the incoming adjoint g: by the finite chain rule an infinite
/// partial carries nothing from an adjoint of zero, one that is NaN stays visible.
template <class T>
void scale(tensor_body& into, tensor_body const& unit, T g, bool accumulate)
{
    using V = simd::batch<T>;
    for_each_part<T>(into.size, [&](std::size_t begin, std::size_t count) {
        auto* const to = into.elements<T>() + begin;
        auto const* const p = unit.elements<T const>() + begin;
        for (std::size_t i = 0; i < count; i += V::size) {
            auto const scaled = chain<false>(V(g), V::load(p + i));
            (accumulate ? V::load(to + i) + scaled : scaled).store(to + i);
        }
    });
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE

/// The adjoints of a tape's variables while a sweep goes on.
class adjoints
{
public:
    /// Adds two adjoints as a statement that tapes record.
    using join = body_pointer (*)(body_pointer const&, body_pointer const&);

    adjoints() = default;
    adjoints(adjoints const&) = delete;
    adjoints& operator=(adjoints const&) = delete;

    ~adjoints()
    {
        for (auto* const block : blocks_) {
            free_block(block, few_bytes);
        }
    }

    /// Starts anew, for all variables of a recording. Where other tapes record the sweep,
    /// contributions meet by `recorded_join`.
    void start(recording const& r, join recorded_join = nullptr)
    {
        recording_ = &r;
        join_ = recorded_join;
        adjoint_.resize(r.variables().size());
    }

    /// Gives all bodies back; keeps its own memory.
    void clear() noexcept
    {
        adjoint_.clear();
        if (idle_.size() != blocks_.size()) {
            idle_ = blocks_; // there is room
        }
    }

    /// Other tapes record the sweep.
    bool is_recorded() const noexcept { return join_ != nullptr; }

    interest wanted(std::uint32_t variable) const noexcept { return adjoint_[variable].wanted; }

    bool wants(std::uint32_t variable) const noexcept
    {
        return adjoint_[variable].wanted != interest::none;
    }

    void want(std::uint32_t variable, interest what) noexcept { adjoint_[variable].wanted = what; }

    bool has(std::uint32_t variable) const noexcept
    {
        return static_cast<bool>(adjoint_[variable]);
    }

    /// One number for all elements.
    bool is_uniform(std::uint32_t variable) const noexcept { return adjoint_[variable].is_uniform; }

    /// That number, or the first element.
    template <class T>
    T number_of(std::uint32_t variable) const noexcept
    {
        auto const& a = adjoint_[variable];
        return a.is_uniform ? static_cast<T>(a.uniform)
                            : *static_cast<T const*>(elements_of(variable));
    }

    /// The elements of an adjoint that is an array, dense where a sweep has made it.
    void const* elements_of(std::uint32_t variable) const noexcept
    {
        auto const& a = adjoint_[variable];
        return a.elements != nullptr ? a.elements : a.body->data;
    }

    /// The adjoint as an array.
    body_pointer const& body_of(std::uint32_t variable)
    {
        auto& a = adjoint_[variable];
        if (a.is_few()) {
            auto body = make_body_for(variable);
            std::memcpy(body->data, a.elements, body->size * bytes_of(body->type));
            idle_.push_back(a.elements);
            a.body = std::move(body);
        } else if (a.is_uniform) {
            a.body = filled_body(
                recording_->variables()[variable].type, recording_->shape_of(variable), a.uniform);
            a.is_uniform = false;
            a.uniform = 0;
        }
        a.elements = nullptr; // who reads the body may keep it
        return a.body;
    }

    /// The adjoint in another shape of the same size. Where all its elements are one number, that
    /// is a single element with strides of 0, and no array.
    body_pointer reshaped_body_of(std::uint32_t variable, shape_type const& shape)
    {
        auto const& a = adjoint_[variable];
        if (!a.is_uniform) {
            return reshaped(dense(body_of(variable)), shape);
        }
        auto const one = filled_body(recording_->variables()[variable].type, {}, a.uniform);
        return make_view(one, shape, strides_type(shape.size(), 0), 0);
    }

    /// A dense body, owned by nobody else, to store into (first contribution) or to add to.
    tensor_body& writable(std::uint32_t variable)
    {
        auto& a = adjoint_[variable];
        if (!a) {
            a.body = make_body_for(variable);
        } else if (!a.body || a.elements == nullptr) {
            body_of(variable);
            if (!a.body.exclusive() || !a.body->contiguous || !a.body->padded) {
                a.body = dense_copy(*a.body);
            }
        }
        a.elements = a.body->data;
        return *a.body;
    }

    /// Where the adjoint of a few elements is stored or, should it `accumulate`, added to.
    void* few(std::uint32_t variable, bool& accumulate)
    {
        auto& a = adjoint_[variable];
        accumulate = static_cast<bool>(a);
        if (a.elements == nullptr) {
            if (accumulate || a.wanted == interest::source) {
                writable(variable);
            } else {
                a.elements = new_few();
            }
        }
        return a.elements;
    }

    /// Adds a contribution, which may become the adjoint itself.
    void add(std::uint32_t variable, body_pointer contribution)
    {
        if (join_ != nullptr) {
            auto& sum = adjoint_[variable];
            sum.body = sum ? join_(body_of(variable), contribution) : std::move(contribution);
            return;
        }
        if (!adjoint_[variable]) {
            adjoint_[variable].body = dense(std::move(contribution));
            return;
        }
        auto& sum = writable(variable);
        auto const other = dense(std::move(contribution));
        if (sum.type == element_type::float64) {
            vectorized::add_to<double>(sum, *other);
        } else {
            vectorized::add_to<float>(sum, *other);
        }
    }

    /// Adds the same number to every element.
    void add_uniform(std::uint32_t variable, double contribution)
    {
        auto& a = adjoint_[variable];
        if (a && !a.is_uniform) {
            auto const& body = body_of(variable);
            add(variable, filled_body(body->type, body->shape, contribution));
            return;
        }
        // As arrays of the variable's own type would add up.
        a.uniform = recording_->variables()[variable].type == element_type::float32
            ? static_cast<double>(static_cast<float>(a.uniform) + static_cast<float>(contribution))
            : a.uniform + contribution;
        a.is_uniform = true;
    }

    /// No statement that is still to be swept reads the adjoint of this variable.
    void release(std::uint32_t variable) noexcept
    {
        auto& a = adjoint_[variable];
        if (a.wanted == interest::source) {
            return;
        }
        if (a.is_few()) {
            idle_.push_back(a.elements);
            a.elements = nullptr;
        } else {
            take(variable);
        }
    }

    /// The adjoint of a variable that is read no more.
    body_pointer take(std::uint32_t variable) noexcept
    {
        auto& a = adjoint_[variable];
        if (a.is_few()) {
            idle_.push_back(a.elements);
        }
        a.elements = nullptr;
        a.is_uniform = false;
        a.uniform = 0;
        return std::move(a.body);
    }

private:
    static constexpr std::size_t few_bytes = few_elements * sizeof(double);

    void* new_few()
    {
        if (idle_.empty()) {
            add_block();
        }
        auto* const block = idle_.back();
        idle_.pop_back();
        return block;
    }

    body_pointer make_body_for(std::uint32_t variable) const
    {
        return make_body(
            recording_->variables()[variable].type,
            recording_->shape_of(variable),
            recording_->variables().size_of(variable));
    }

    // Room in both lists first, so that no block is lost and giving one back cannot fail.
    XGRAD_NOINLINE void add_block()
    {
        blocks_.reserve(blocks_.size() + 1);
        idle_.reserve(blocks_.capacity());
        blocks_.push_back(allocate_block(few_bytes));
        idle_.push_back(blocks_.back());
    }

    recording const* recording_ = nullptr;
    join join_ = nullptr;
    std::vector<adjoint_value> adjoint_;
    std::vector<void*> blocks_; // of a few elements
    std::vector<void*> idle_;   // those of them that hold no adjoint
};
} // namespace xgrad
