BEGIN TRANSACTION;
CREATE TABLE gradings (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL, path TEXT NOT NULL, exercise TEXT NOT NULL, part TEXT NOT NULL,
    result INTEGER NOT NULL REFERENCES results, at REAL NOT NULL
);
INSERT INTO "gradings" VALUES(1,'ada','class/ada','linear/linear','Linear',1,1.7959848492375237942e+09);
INSERT INTO "gradings" VALUES(2,'ada','class/ada','linear/linear','Linear',2,1.79598484923912572863e+09);
INSERT INTO "gradings" VALUES(3,'ben','class/ben','linear/linear','Linear',3,1.79598484923940157889e+09);
CREATE TABLE results (
    id INTEGER PRIMARY KEY,
    exercise TEXT NOT NULL, part TEXT NOT NULL, file TEXT NOT NULL, answer TEXT NOT NULL,
    suite TEXT NOT NULL, declaration TEXT NOT NULL, setting INTEGER NOT NULL REFERENCES settings,
    sandbox TEXT NOT NULL, verdict TEXT NOT NULL, score REAL, max_score REAL NOT NULL, at REAL NOT NULL,
    report TEXT NOT NULL
);
INSERT INTO "results" VALUES(1,'linear/linear','Linear','linear/linear.py','a1','55555555','d',1,'L2','WRONG',10.0,14.0,1.79598484923712158208e+09,'{"part":"Linear","exercise":"linear/linear","verdict":"WRONG","score":10.0,"max_score":14.0,"suite":"55555555","seconds":0.0,"message":"","off_limits":[],"criteria":[{"name":"values","verdict":"WRONG","score":10.0,"max_score":4.0,"message":"The output differs.","counterexample":{"case":{"new":{"args":[2,3],"kwargs":{}}},"snippet":"layer = Linear(2, 3)","where":"","expected":"","got":"","difference":Infinity,"index":[1,0],"line":7,"source":"return x","shrunk":false},"diagnosis":{"misconception":"ForgetsTheBias","hint":"Where is the bias?"},"cases":3}]}');
INSERT INTO "results" VALUES(2,'linear/linear','Linear','linear/linear.py','a2','55555555','d',1,'L2','ACCEPTED',14.0,14.0,1.79598484923896169664e+09,'{"part":"Linear","exercise":"linear/linear","verdict":"ACCEPTED","score":14.0,"max_score":14.0,"suite":"55555555","seconds":0.0,"message":"","off_limits":[],"criteria":[{"name":"values","verdict":"ACCEPTED","score":14.0,"max_score":4.0,"message":"The output differs.","counterexample":null,"diagnosis":null,"cases":3}]}');
INSERT INTO "results" VALUES(3,'linear/linear','Linear','linear/linear.py','b1','55555555','d',1,'L2','OFF_LIMITS',0.0,14.0,1.79598484923925614357e+09,'{"part":"Linear","exercise":"linear/linear","verdict":"OFF_LIMITS","score":0.0,"max_score":14.0,"suite":"55555555","seconds":0.0,"message":"","off_limits":[{"used":"torch.nn.Linear","line":3,"source":"x"}],"criteria":[{"name":"values","verdict":"OFF_LIMITS","score":0.0,"max_score":4.0,"message":"The output differs.","counterexample":{"case":{"new":{"args":[2,3],"kwargs":{}}},"snippet":"layer = Linear(2, 3)","where":"","expected":"","got":"","difference":Infinity,"index":[1,0],"line":7,"source":"return x","shrunk":false},"diagnosis":{"misconception":"ForgetsTheBias","hint":"Where is the bias?"},"cases":3}]}');
CREATE TABLE settings (id INTEGER PRIMARY KEY, facts TEXT NOT NULL UNIQUE);
INSERT INTO "settings" VALUES(1,'{"device": "cpu", "engine": "of version 1"}');
CREATE INDEX results_by_key ON results (answer, suite, part, exercise, file, declaration, setting);
CREATE INDEX gradings_by_student ON gradings (student, path, exercise, part);
COMMIT;
PRAGMA user_version = 1;
