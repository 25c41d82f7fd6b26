// The bindings' fast path: what the functions of wrap.py do, for the calls in which everything is plainly simple.
//
// `Call` stands in front of such a function, and shows all that the function shows of itself (its class included, as
// wrapt's proxies do): only a call goes another way. Whatever isn't simple is left, before OpenCV has been called, to the
// Python function itself. See src/torch_opencv/_binding/native.py.
#include "memory.hpp"

#include <structmember.h>

#include <cstddef>
#include <initializer_list>

constexpr Py_ssize_t MOST_ARGUMENTS = 24, MOST_OUTPUTS = 4;
constexpr int DEEPEST = 4;  // of lists within lists

static PyObject *to_cv2, *from_cv2, *convert_result, *increment_versions, *opencv_error;  // see native.py
static PyObject *unwrap, *wrap;                                                           // Wrapped's two functions
static PyTypeObject* wrapped_type;
static Py_ssize_t wrapped_slot;
static bool enabled = true;

enum Kind : long { LEFT_TO_PYTHON = 0, ARRAY = 1, NUMBERS = 2 };  // what a 1-dim tensor is to a parameter

struct Call {
  PyObject_HEAD
  vectorcallfunc vectorcall;
  PyObject* function;  // Python's, or the property
  PyObject* weak_references;
  PyObject* target;   // cv2's function, or the descriptor of an attribute
  PyObject* kinds;    // of the parameters, by position and by name
  PyObject* finish;   // (outputs, result) -> results, where an output isn't simply the result
  PyObject* results;  // (result) -> results, with empty ones in the place of cv2's ()
  PyObject* explain;  // (error, args, kwargs): says more in one of OpenCV's errors; None where there is nothing to say
  Py_ssize_t outputs;
  Py_ssize_t positions[MOST_OUTPUTS];
  PyObject* names[MOST_OUTPUTS];
};

static PyTypeObject CallType = {PyVarObject_HEAD_INIT(nullptr, 0)};
static PyTypeObject AttributeType = {PyVarObject_HEAD_INIT(nullptr, 0)};  // the same, before a property

static PyObject*& cv2_object(PyObject* wrapped) {
  return *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(wrapped) + wrapped_slot);
}

static bool passes(PyObject* x) {
  return x == Py_None || PyLong_CheckExact(x) || PyFloat_CheckExact(x) || PyBool_Check(x) || PyUnicode_CheckExact(x);
}

// --- arguments: each of these gives a new reference, or nullptr, and no error set, for what is left to Python ----------

struct Parameter {
  Py_ssize_t position;
  PyObject* name;  // nullptr where it was given by position
  bool is_output;
  bool* shared;  // set where an array over a tensor is made
};

static long kind_of(const Call* call, const Parameter& parameter) {
  PyObject* key = parameter.name ? parameter.name : PyLong_FromSsize_t(parameter.position);
  PyObject* known = key ? PyDict_GetItemWithError(call->kinds, key) : nullptr;
  PyObject* asked = !known && key && !PyErr_Occurred() ? PyObject_GetItem(call->kinds, key) : nullptr;
  if (asked) known = asked;
  const long kind = known ? PyLong_AsLong(known) : LEFT_TO_PYTHON;
  Py_XDECREF(asked);
  if (!parameter.name) Py_XDECREF(key);
  if (PyErr_Occurred()) PyErr_Clear();
  return kind;
}

static PyObject* tensor_argument(const Call* call, PyObject* tensor, const Parameter& parameter) {
  DLTensor d;
  if (!describe(tensor, &d)) return nullptr;
  *parameter.shared = true;
  if (d.ndim > 1) return array_of(tensor, d, parameter.is_output);
  if (d.ndim == 0) return parameter.is_output ? nullptr : number_of(tensor);
  const long kind = parameter.is_output ? LEFT_TO_PYTHON : kind_of(call, parameter);
  if (kind == NUMBERS && d.shape[0] <= 4) return numbers_of(tensor, d);
  return kind == ARRAY ? array_of(tensor, d, false) : nullptr;
}

static PyObject* argument(const Call* call, PyObject* x, const Parameter& parameter, int depth);

// Takes cv2's objects out of ours as long as they are of one type, as lists of keypoints are long, and gives their number.
static Py_ssize_t unwrap_run(PyObject* const* elements, Py_ssize_t size, PyTypeObject* type, PyObject** converted) {
  Py_ssize_t i = 0;  // no Python code runs here that could change the elements
  for (; i < size && Py_TYPE(elements[i]) == type; i++) {
    PyObject* object = cv2_object(elements[i]);
    if (!object) break;
    Py_INCREF(converted[i] = object);
  }
  return i;
}

static PyObject* sequence_argument(const Call* call, PyObject* sequence, const Parameter& parameter, int depth) {
  const bool is_list = PyList_CheckExact(sequence);
  const Py_ssize_t size = PySequence_Fast_GET_SIZE(sequence);
  PyObject* converted = nullptr;  // made for the first element that doesn't pass as it is
  for (Py_ssize_t i = 0; i < size; i++) {
    if (PySequence_Fast_GET_SIZE(sequence) != size) {  // Python code has run for an element
      Py_XDECREF(converted);
      return nullptr;
    }
    PyObject* x = PySequence_Fast_GET_ITEM(sequence, i);
    if (!converted && passes(x)) continue;
    Py_INCREF(x);
    PyObject* y = argument(call, x, parameter, depth + 1);
    PyTypeObject* unwrapped = y && y != x && PyObject_TypeCheck(x, wrapped_type) ? Py_TYPE(x) : nullptr;
    Py_DECREF(x);
    if (y && y != x && !converted) {
      converted = is_list ? PyList_New(size) : PyTuple_New(size);
      for (Py_ssize_t j = 0; converted && j < i; j++) {
        PyObject* before = PySequence_Fast_GET_ITEM(sequence, j);
        Py_INCREF(before);
        is_list ? PyList_SET_ITEM(converted, j, before) : PyTuple_SET_ITEM(converted, j, before);
      }
      if (!converted) {
        PyErr_Clear();
        Py_CLEAR(y);
      }
    }
    if (!y) {
      Py_XDECREF(converted);
      return nullptr;
    }
    if (!converted) Py_DECREF(y);
    else if (is_list) PyList_SET_ITEM(converted, i, y);
    else PyTuple_SET_ITEM(converted, i, y);
    if (converted && unwrapped && PySequence_Fast_GET_SIZE(sequence) == size)
      i += unwrap_run(PySequence_Fast_ITEMS(sequence) + i + 1, size - i - 1, unwrapped,
                      PySequence_Fast_ITEMS(converted) + i + 1);
  }
  if (!converted) Py_INCREF(converted = sequence);
  return converted;
}

static PyObject* argument(const Call* call, PyObject* x, const Parameter& parameter, int depth) {
  PyTypeObject* type = Py_TYPE(x);
  if (type == tensor_type) return depth && parameter.is_output ? nullptr : tensor_argument(call, x, parameter);
  if (passes(x)) return Py_INCREF(x), x;
  if (parameter.is_output) return nullptr;
  if (PyTuple_CheckExact(x) || PyList_CheckExact(x))
    return depth < DEEPEST ? sequence_argument(call, x, parameter, depth) : nullptr;
  PyObject* how = PyDict_GetItemWithError(to_cv2, reinterpret_cast<PyObject*>(type));
  if (how == unwrap) x = cv2_object(x);
  else if (how != Py_None) x = nullptr;
  if (PyErr_Occurred()) PyErr_Clear();
  Py_XINCREF(x);
  return x;
}

// What OpenCV has kept of an argument must hold its memory.
static void hold_kept(PyObject* x, bool is_kept) {
  is_kept = is_kept || Py_REFCNT(x) > 1;
  if (PyArray_CheckExact(x)) {
    if (is_kept) hold_memory(x);
  } else if (PyList_CheckExact(x) || PyTuple_CheckExact(x)) {
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(x); i++) hold_kept(PySequence_Fast_GET_ITEM(x, i), is_kept);
  }
}

// --- results: each of these steals what it is given ---------------------------------------------------------------------

static PyObject* taken(PyObject* function, PyObject* x) {
  PyObject* y = PyObject_CallOneArg(function, x);
  Py_DECREF(x);
  return y;
}

static PyObject* result_of(PyObject* x) {
  if (PyArray_CheckExact(x)) return tensor_of(x);
  if (passes(x)) return x;
  if (PyTuple_CheckExact(x) || PyList_CheckExact(x)) {
    const bool is_list = PyList_CheckExact(x);
    const Py_ssize_t size = PySequence_Fast_GET_SIZE(x);
    Py_ssize_t first = 0;
    while (first < size && passes(PySequence_Fast_GET_ITEM(x, first))) first++;
    if (first == size) return x;
    PyObject* results = is_list ? PyList_New(size) : PyTuple_New(size);
    for (Py_ssize_t i = 0; results && i < size; i++) {
      PyObject* element = PySequence_Fast_GET_ITEM(x, i);
      Py_INCREF(element);
      element = result_of(element);
      if (!element) Py_CLEAR(results);
      else if (is_list) PyList_SET_ITEM(results, i, element);
      else PyTuple_SET_ITEM(results, i, element);
    }
    Py_DECREF(x);
    return results;
  }
  PyObject* how = PyDict_GetItemWithError(from_cv2, reinterpret_cast<PyObject*>(Py_TYPE(x)));
  if (how == Py_None) return x;
  if (how && PyMethod_Check(how) && PyMethod_GET_FUNCTION(how) == wrap && PyType_Check(PyMethod_GET_SELF(how))) {
    auto* type = reinterpret_cast<PyTypeObject*>(PyMethod_GET_SELF(how));
    PyObject* wrapped = type->tp_alloc(type, 0);
    if (wrapped) cv2_object(wrapped) = x;
    else Py_DECREF(x);
    return wrapped;
  }
  return PyErr_Occurred() ? (Py_DECREF(x), nullptr) : taken(convert_result, x);
}

static bool is_nothing(PyObject* x) { return PyTuple_CheckExact(x) && PyTuple_GET_SIZE(x) == 0; }

static bool has_nothing(PyObject* x) {
  if (!PyTuple_CheckExact(x)) return false;
  bool found = is_nothing(x);
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(x) && !found; i++) found = is_nothing(PyTuple_GET_ITEM(x, i));
  return found;
}

struct Output {
  PyObject *key, *tensor, *array;  // where it was given: a position or a name
};

// Autograd must know of what was written behind its back.
static bool bump(const Output* outputs, Py_ssize_t count) {
  PyObject* tensors = PyTuple_New(count);
  for (Py_ssize_t i = 0; tensors && i < count; i++) {
    Py_INCREF(outputs[i].tensor);
    PyTuple_SET_ITEM(tensors, i, outputs[i].tensor);
  }
  PyObject* done = tensors ? taken(increment_versions, tensors) : nullptr;
  Py_XDECREF(done);
  return done;
}

static PyObject* left_to_finish(const Call* call, const Output* outputs, Py_ssize_t count, PyObject* result) {
  PyObject* given = PyList_New(0);
  for (Py_ssize_t i = 0; given && i < count; i++) {
    PyObject* one = PyTuple_Pack(3, outputs[i].key, outputs[i].tensor, outputs[i].array);
    if (!one || PyList_Append(given, one) < 0) Py_CLEAR(given);
    Py_XDECREF(one);
  }
  PyObject* results = given ? PyObject_CallFunctionObjArgs(call->finish, given, result, nullptr) : nullptr;
  Py_XDECREF(given);
  Py_DECREF(result);
  return results;
}

static PyObject* results_with_outputs(const Call* call, const Output* outputs, Py_ssize_t count, PyObject* result) {
  for (Py_ssize_t i = 0; i < count; i++)
    if (!unstage(outputs[i].tensor, outputs[i].array)) return Py_DECREF(result), nullptr;
  if (count == 1 && result == outputs[0].array) {
    Py_DECREF(result);
    if (!bump(outputs, 1)) return nullptr;
    return Py_INCREF(outputs[0].tensor), outputs[0].tensor;
  }
  if (!PyTuple_CheckExact(result) || has_nothing(result)) return left_to_finish(call, outputs, count, result);
  const Py_ssize_t size = PyTuple_GET_SIZE(result);
  for (Py_ssize_t i = 0; i < count; i++) {
    Py_ssize_t j = 0;
    while (j < size && PyTuple_GET_ITEM(result, j) != outputs[i].array) j++;
    if (j == size) return left_to_finish(call, outputs, count, result);
  }
  PyObject* results = bump(outputs, count) ? PyTuple_New(size) : nullptr;
  for (Py_ssize_t i = 0; results && i < size; i++) {
    PyObject* x = PyTuple_GET_ITEM(result, i);
    Py_ssize_t j = 0;
    while (j < count && outputs[j].array != x) j++;
    if (j < count) Py_INCREF(x = outputs[j].tensor);
    else x = (Py_INCREF(x), result_of(x));
    if (!x) Py_CLEAR(results);
    else PyTuple_SET_ITEM(results, i, x);
  }
  Py_DECREF(result);
  return results;
}

// --- calls --------------------------------------------------------------------------------------------------------------

static void explain_error(const Call* call, PyObject* const* args, Py_ssize_t given, PyObject* names) {
  if (call->explain == Py_None || !PyErr_ExceptionMatches(opencv_error)) return;
  PyObject *type, *error, *traceback;
  PyErr_Fetch(&type, &error, &traceback);
  PyErr_NormalizeException(&type, &error, &traceback);
  PyObject *positional = PyTuple_New(given), *keywords = PyDict_New(), *done = nullptr;
  for (Py_ssize_t i = 0; positional && i < given; i++) {
    Py_INCREF(args[i]);
    PyTuple_SET_ITEM(positional, i, args[i]);
  }
  for (Py_ssize_t i = 0; keywords && names && i < PyTuple_GET_SIZE(names); i++)
    if (PyDict_SetItem(keywords, PyTuple_GET_ITEM(names, i), args[given + i]) < 0) Py_CLEAR(keywords);
  if (positional && keywords) done = PyObject_CallFunctionObjArgs(call->explain, error, positional, keywords, nullptr);
  if (!done) PyErr_Clear();
  Py_XDECREF(done);
  Py_XDECREF(positional);
  Py_XDECREF(keywords);
  PyErr_Restore(type, error, traceback);
}

static bool is_output(const Call* call, Py_ssize_t position, PyObject* name) {
  for (Py_ssize_t i = 0; i < call->outputs; i++)
    if (name ? name == call->names[i] || PyUnicode_Compare(name, call->names[i]) == 0 : position == call->positions[i])
      return true;
  return false;
}

static PyObject* call_function(PyObject* object, PyObject* const* args, size_t nargsf, PyObject* names) {
  const auto* call = reinterpret_cast<Call*>(object);
  const Py_ssize_t given = PyVectorcall_NARGS(nargsf), total = given + (names ? PyTuple_GET_SIZE(names) : 0);
  if (!enabled || total > MOST_ARGUMENTS || in_forward_ad())
    return PyObject_Vectorcall(call->function, args, nargsf, names);
  PyObject* buffer[1 + MOST_ARGUMENTS];
  PyObject** arguments = buffer + 1;
  Output outputs[MOST_OUTPUTS];
  Py_ssize_t count = 0, made = 0;
  bool shared = false;
  for (; made < total; made++) {
    PyObject *x = args[made], *name = made < given ? nullptr : PyTuple_GET_ITEM(names, made - given);
    if (passes(x)) {
      Py_INCREF(arguments[made] = x);
      continue;
    }
    const Parameter parameter = {made, name, is_output(call, made, name), &shared};
    PyObject* y = parameter.is_output && count == MOST_OUTPUTS ? nullptr : argument(call, x, parameter, 0);
    PyObject* key = y && parameter.is_output ? (name ? (Py_INCREF(name), name) : PyLong_FromSsize_t(made)) : nullptr;
    if (key) outputs[count++] = {key, x, y};
    if (!y) break;
    arguments[made] = y;
  }
  PyObject* result = nullptr;
  if (made == total) {
    result = PyObject_Vectorcall(call->target, arguments, given | PY_VECTORCALL_ARGUMENTS_OFFSET, names);
    if (!result) explain_error(call, args, given, names);
    else if (count) result = results_with_outputs(call, outputs, count, result);
    else if (has_nothing(result)) result = taken(call->results, result);
    else result = result_of(result);
  }
  for (Py_ssize_t i = 0; i < made; i++) {
    if (shared && arguments[i] != args[i]) hold_kept(arguments[i], false);
    Py_DECREF(arguments[i]);
  }
  for (Py_ssize_t i = 0; i < count; i++) Py_DECREF(outputs[i].key);
  return made == total ? result : PyObject_Vectorcall(call->function, args, nargsf, names);
}

// An attribute of one of OpenCV's objects.
static PyObject* get_attribute(PyObject* self, PyObject* owner, PyObject* type) {
  const auto* attribute = reinterpret_cast<Call*>(self);
  auto* descriptor = reinterpret_cast<PyGetSetDescrObject*>(attribute->target);
  PyObject* object = enabled && owner && PyObject_TypeCheck(owner, wrapped_type) ? cv2_object(owner) : nullptr;
  if (!owner || owner == Py_None) return Py_INCREF(self), self;
  if (!object || !PyObject_TypeCheck(object, descriptor->d_common.d_type))
    return PyProperty_Type.tp_descr_get(attribute->function, owner, type);
  Py_INCREF(object);
  PyObject* value = descriptor->d_getset->get(object, descriptor->d_getset->closure);
  Py_DECREF(object);
  if (!value) return nullptr;
  return has_nothing(value) ? taken(attribute->results, value) : result_of(value);
}

static int set_attribute(PyObject* self, PyObject* owner, PyObject* value) {
  return PyProperty_Type.tp_descr_set(reinterpret_cast<Call*>(self)->function, owner, value);
}

// --- the module -----------------------------------------------------------------------------------------------------------

static void forget(PyObject* object) {
  auto* call = reinterpret_cast<Call*>(object);
  if (call->weak_references) PyObject_ClearWeakRefs(object);
  for (PyObject* x : {call->function, call->target, call->kinds, call->finish, call->results, call->explain}) Py_DECREF(x);
  for (Py_ssize_t i = 0; i < call->outputs; i++) Py_DECREF(call->names[i]);
  PyObject_Free(object);
}

static PyObject* bind(PyObject* call, PyObject* object, PyObject*) {
  return object && object != Py_None ? PyMethod_New(call, object) : (Py_INCREF(call), call);
}

// What says how to pickle or to call an object is this object's own; the rest is the function's.
static PyObject* get_shown(PyObject* call, PyObject* name) {
  for (const char* own : {"__reduce__", "__reduce_ex__", "__call__", "__get__"})
    if (PyUnicode_CompareWithASCIIString(name, own) == 0) return PyObject_GenericGetAttr(call, name);
  return PyObject_GetAttr(reinterpret_cast<Call*>(call)->function, name);
}

static int set_shown(PyObject* call, PyObject* name, PyObject* value) {
  return PyObject_SetAttr(reinterpret_cast<Call*>(call)->function, name, value);
}

static PyObject* represent(PyObject* call) { return PyObject_Repr(reinterpret_cast<Call*>(call)->function); }

static PyObject* reduce(PyObject* call, PyObject*) { return PyObject_GetAttrString(call, "__qualname__"); }

// pydoc and torch.compile ask past `get_shown` for these.
static PyObject* get_own(PyObject* call, void* name) {
  return PyObject_GetAttrString(reinterpret_cast<Call*>(call)->function, static_cast<const char*>(name));
}

static PyObject* in_front_of(PyObject*, PyObject* args) {
  PyObject *function, *target, *outputs, *kinds, *finish, *results, *explain;
  if (!PyArg_ParseTuple(args, "OOO!O!OOO", &function, &target, &PyDict_Type, &outputs, &PyDict_Type, &kinds, &finish,
                        &results, &explain))
    return nullptr;
  if (PyDict_Size(outputs) > MOST_OUTPUTS) return Py_INCREF(function), function;
  const bool is_attribute = Py_TYPE(function) == &PyProperty_Type && Py_TYPE(target) == &PyGetSetDescr_Type;
  auto* call = PyObject_New(Call, is_attribute ? &AttributeType : &CallType);
  if (!call) return nullptr;
  for (PyObject* x : {function, target, kinds, finish, results, explain}) Py_INCREF(x);
  call->function = function, call->weak_references = nullptr;
  call->target = target, call->kinds = kinds, call->finish = finish, call->results = results, call->explain = explain;
  call->vectorcall = call_function;
  call->outputs = 0;
  PyObject *position, *name;
  for (Py_ssize_t i = 0; PyDict_Next(outputs, &i, &position, &name);) {
    call->positions[call->outputs] = PyLong_AsSsize_t(position);
    Py_INCREF(call->names[call->outputs++] = name);
  }
  return reinterpret_cast<PyObject*>(call);
}

static PyObject* enable(PyObject*, PyObject* on) {
  const bool before = enabled;
  enabled = on == Py_True;
  return PyBool_FromLong(before);
}

static PyObject* set_up(PyObject*, PyObject* args) {
  PyObject *tensor, *wrapped, *slot, *api, *grad, *neg, *dictionary;
  int has_bool, has_uint32;
  if (!PyArg_ParseTuple(args, "O!O!OOOOOOOO!pp", &PyType_Type, &tensor, &PyType_Type, &wrapped, &to_cv2, &from_cv2,
                        &convert_result, &unwrap, &wrap, &increment_versions, &opencv_error, &PyDict_Type, &dictionary,
                        &has_bool, &has_uint32))
    return nullptr;
  slot = PyObject_GetAttrString(wrapped, "_cv");
  api = PyObject_GetAttrString(tensor, "__dlpack_c_exchange_api__");
  grad = PyObject_GetAttrString(tensor, "requires_grad");
  neg = PyObject_GetAttrString(tensor, "is_neg");
  PyObject* torch = PyImport_ImportModule("torch");
  from_numpy = torch ? PyObject_GetAttrString(torch, "from_numpy") : nullptr;
  numpy_method = PyObject_GetAttrString(tensor, "numpy");
  item_method = PyObject_GetAttrString(tensor, "item");
  contiguous_method = PyObject_GetAttrString(tensor, "contiguous");
  if (!slot || !api || !grad || !neg || !from_numpy || !numpy_method || !item_method || !contiguous_method) return nullptr;
  exchange = static_cast<const DLPackExchangeAPI*>(PyCapsule_GetPointer(api, "dlpack_exchange_api"));
  if (!exchange) return nullptr;
  if (exchange->header.version.major != 1 || !exchange->dltensor_from_py_object_no_sync ||
      Py_TYPE(slot) != &PyMemberDescr_Type || Py_TYPE(grad) != &PyGetSetDescr_Type ||
      Py_TYPE(neg) != &PyMethodDescr_Type ||
      (is_neg = reinterpret_cast<PyMethodDescrObject*>(neg)->d_method)->ml_flags != METH_NOARGS) {
    PyErr_SetString(PyExc_ImportError, "this PyTorch's tensors are made differently");
    return nullptr;
  }
  requires_grad = reinterpret_cast<PyGetSetDescrObject*>(grad)->d_getset;
  wrapped_slot = reinterpret_cast<PyMemberDescrObject*>(slot)->d_member->offset;
  tensor_type = reinterpret_cast<PyTypeObject*>(tensor), wrapped_type = reinterpret_cast<PyTypeObject*>(wrapped);
  forward_ad = dictionary, holds_bool = has_bool, holds_uint32 = has_uint32;
  current_level = PyUnicode_InternFromString("_current_level");
  for (PyObject* x : {tensor, wrapped, to_cv2, from_cv2, convert_result, unwrap, wrap, increment_versions, opencv_error,
                      dictionary})
    Py_INCREF(x);  // for as long as the process runs
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"set_up", set_up, METH_VARARGS, "What the calls need of Python; once."},
    {"in_front_of", in_front_of, METH_VARARGS, "What stands for a function or a property, and is faster."},
    {"enable", enable, METH_O, "Whether the fast path is taken; what it was before."},
    {nullptr, nullptr, 0, nullptr}};

static PyMethodDef call_methods[] = {{"__reduce__", reduce, METH_NOARGS, "By its name."}, {nullptr, nullptr, 0, nullptr}};
static char doc_name[] = "__doc__", dict_name[] = "__dict__";

static PyGetSetDef call_attributes[] = {{doc_name, get_own, nullptr, nullptr, doc_name},
                                        {dict_name, get_own, nullptr, nullptr, dict_name},
                                        {nullptr, nullptr, nullptr, nullptr, nullptr}};

static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_native", "The bindings' fast path.", -1, methods};

PyMODINIT_FUNC PyInit__native() {
  import_array();
  for (PyTypeObject* type : {&CallType, &AttributeType}) {
    type->tp_name = type == &CallType ? "torch_opencv._binding._native.Call" : "torch_opencv._binding._native.Attribute";
    type->tp_basicsize = sizeof(Call);
    type->tp_flags = Py_TPFLAGS_DEFAULT;
    type->tp_weaklistoffset = offsetof(Call, weak_references);
    type->tp_dealloc = forget;
    type->tp_getattro = get_shown, type->tp_setattro = set_shown;
    type->tp_repr = represent;
    type->tp_getset = call_attributes;
  }
  CallType.tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR;
  CallType.tp_vectorcall_offset = offsetof(Call, vectorcall);
  CallType.tp_call = PyVectorcall_Call;
  CallType.tp_descr_get = bind;
  CallType.tp_methods = call_methods;
  AttributeType.tp_descr_get = get_attribute, AttributeType.tp_descr_set = set_attribute;
  return PyType_Ready(&CallType) < 0 || PyType_Ready(&AttributeType) < 0 ? nullptr : PyModule_Create(&definition);
}
