// compiles
#include <xgrad/xgrad.hpp>

int main()
{
    auto tape = xgrad::create_tape();
    xgrad::tensor const x = xgrad::constant({1., 2.});
    xgrad::tensor const y = exp(x) * 2;
    return xgrad::grad(tape, y, x)(0) > 0 && sum(x) > 0 ? 0 : 1;
}
