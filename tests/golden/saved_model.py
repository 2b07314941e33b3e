"""Writes saved_model/: y = x @ [[1, 2], [3, 4]] + b, and n = the number of rows of x as int64.

Run with Python 3 and `pip install tensorflow-cpu==2.21.0`:  python saved_model.py
"""

import os
import shutil

import tensorflow as tf

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "saved_model")
shutil.rmtree(folder, ignore_errors=True)
graph = tf.Graph()
with graph.as_default():
    x = tf.compat.v1.placeholder(tf.float32, [None, 2], name="x")
    b = tf.compat.v1.placeholder(tf.float32, [2], name="b")
    y = tf.add(tf.matmul(x, tf.constant([[1.0, 2.0], [3.0, 4.0]])), b, name="y")
    n = tf.shape(x, out_type=tf.int64, name="n")
    with tf.compat.v1.Session() as session:
        tf.compat.v1.saved_model.simple_save(session, folder, {"x": x, "b": b}, {"y": y, "n": n})
shutil.rmtree(os.path.join(folder, "variables"), ignore_errors=True)
