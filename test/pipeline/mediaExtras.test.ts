import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { probeMedia } from '../../src/pipeline/media/probe';
import { defaultEncoding } from '../../src/protocol/job';
import { clipTools, makeClip, photo } from '../support/clips';
import { audioPackets, ffmpegGenerations, passThrough, removeFolderOf } from '../support/mediaRoad';

const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];

interface Facts {
  streams: {
    codec_name: string;
    start_time: string;
    tags?: Record<string, string>;
    disposition: Record<string, number>;
  }[];
  chapters: { start_time: string; tags: Record<string, string> }[];
  format: { tags?: Record<string, string> };
}

describe('what comes along besides the picture', async () => {
  const generations = await ffmpegGenerations();
  const { ffmpeg, ffprobe } = await clipTools;
  let folder = '';
  const at = (name: string) => path.join(folder, name);
  const run = (...args: string[]) => {
    const { status, stderr } = spawnSync(ffmpeg.path, ['-v', 'error', '-y', ...args], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };
  const facts = (file: string): Facts => {
    const args = ['-v', 'error', '-of', 'json', '-show_streams', '-show_chapters', '-show_format', file];
    return JSON.parse(spawnSync(ffprobe.path, args, { encoding: 'utf8' }).stdout) as Facts;
  };
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-extras-'));
    const clip = (await makeClip({
      extension: '.mkv',
      video: x264,
      audio: [
        ['-c', 'aac'],
        ['-c', 'aac'],
      ],
    }))!;
    writeFileSync(
      at('words.srt'),
      '1\n00:00:00,100 --> 00:00:00,400\nHello\n\n2\n00:00:00,500 --> 00:00:00,700\nagain\n',
    );
    const chapter = (start: number, end: number, title: string) =>
      `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${start}\nEND=${end}\ntitle=${title}\n`;
    writeFileSync(
      at('meta.txt'),
      `;FFMETADATA1\ntitle=My film\n${chapter(0, 400, 'One')}${chapter(400, 800, 'Two')}`,
    );
    run(
      ...[
        '-i',
        clip,
        '-i',
        at('words.srt'),
        '-i',
        at('meta.txt'),
        '-map',
        '0',
        '-map',
        '1',
        '-map_metadata',
        '2',
      ],
      ...['-map_chapters', '2', '-metadata:s:a:0', 'language=deu', '-metadata:s:a:1', 'language=fra'],
      ...['-metadata:s:s:0', 'language=ita', '-c', 'copy', at('rich.mkv')],
    );
    run('-i', at('rich.mkv'), '-map', '0', '-c', 'copy', '-c:s', 'mov_text', at('rich.mp4'));
    run(
      ...['-i', clip, '-map', '0:v', '-map', '0:a:0', '-c:v', 'mpeg2video', '-q:v', '3', '-c:a', 'copy'],
      at('broadcast.ts'),
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const tools of generations) {
    for (const [from, to] of [
      ['rich.mkv', '.mkv'],
      ['rich.mkv', '.mp4'],
      ['rich.mp4', '.mp4'],
      ['rich.mp4', '.mkv'],
    ]) {
      test(`tracks, languages, chapters and titles, ${from} to ${to} (ffmpeg ${tools.ffmpeg.version})`, async () => {
        const { output, report } = await passThrough(at(from), to, defaultEncoding, tools);
        try {
          const { streams, chapters, format } = facts(output);
          const kept = streams.filter(({ codec_name }) => codec_name !== 'bin_data');
          const text = to === '.mp4' ? 'mov_text' : 'subrip';
          assert.deepEqual(
            kept.map(({ codec_name }) => codec_name),
            ['h264', 'aac', 'aac', text],
          );
          assert.deepEqual(
            kept.slice(1).map(({ tags }) => tags?.['language']),
            ['deu', 'fra', 'ita'],
          );
          assert.deepEqual(
            chapters.map(({ start_time, tags }) => [Number(start_time), tags['title']]),
            [
              [0, 'One'],
              [0.4, 'Two'],
            ],
          );
          assert.equal(format.tags?.['title'], 'My film');
          assert.equal(report.warnings.length, path.extname(from) === to ? 0 : 1);
        } finally {
          removeFolderOf(output);
        }
      });
    }

    test(`a broadcast stream starts at once, sound and picture together (ffmpeg ${tools.ffmpeg.version})`, async () => {
      const { info, result, output } = await passThrough(at('broadcast.ts'), '.mp4', defaultEncoding, tools);
      try {
        assert.ok(info.fileStartSeconds > 1);
        const sound = audioPackets(at('broadcast.ts'), await clipTools)[0].seconds - info.startSeconds;
        const moved = audioPackets(output, await clipTools)[0].seconds - result.startSeconds;
        assert.ok(result.startSeconds < 0.1, String(result.startSeconds));
        assert.ok(Math.abs(sound - moved) < 0.002, `sound moved by ${moved - sound} s`);
      } finally {
        removeFolderOf(output);
      }
    });

    test(`sound the container does not take is re-encoded and reported (ffmpeg ${tools.ffmpeg.version})`, async () => {
      const clip = (await makeClip({ extension: '.mov', video: x264, audio: [['-c', 'pcm_s16le']] }))!;
      const { output, report } = await passThrough(clip, '.mp4', defaultEncoding, tools);
      try {
        assert.equal(report.audio, 're-encoded to aac');
        assert.equal(report.warnings.length, 1);
        assert.deepEqual(
          facts(output).streams.map(({ codec_name }) => codec_name),
          ['h264', 'aac'],
        );
      } finally {
        removeFolderOf(output);
      }
    });
  }

  for (const [codec, to] of [
    ['adpcm_ima_qt', '.mkv'],
    ['alac', '.mp4'],
  ] as const) {
    test(`sound that this ffmpeg refuses to copy is re-encoded and reported (${codec}, ${to})`, async () => {
      const clip = (await makeClip({ extension: '.mov', video: x264, audio: [['-c', codec, '-ac', '1']] }))!;
      const { report } = await passThrough(clip, to, defaultEncoding, await clipTools);
      // Newer ones take ALAC.
      if (report.audio === 'copied') assert.equal(codec, 'alac');
      else assert.deepEqual(report.warnings, [`${codec} sound re-encoded to aac for ${to}`]);
    });
  }

  test('what goes into no result is told: covers, attached files, data, but no time code', async () => {
    const cover = ['-map', '1', '-c:v:1', 'mjpeg', '-disposition:v:1', 'attached_pic'];
    run('-i', at('rich.mp4'), '-i', photo(1), '-map', '0:v', ...cover, '-c:v:0', 'copy', at('cover.mp4'));
    const type = ['-metadata:s:t', 'mimetype=application/x-truetype-font'];
    run(
      '-i',
      at('rich.mkv'),
      '-map',
      '0:v',
      '-c',
      'copy',
      '-attach',
      at('words.srt'),
      ...type,
      at('font.mkv'),
    );
    run('-i', at('rich.mp4'), '-map', '0:v', '-c', 'copy', '-timecode', '01:00:00:00', at('time.mov'));
    for (const [file, left] of [
      ['cover.mp4', ['the cover picture']],
      ['font.mkv', ['the attached file words.srt']],
      ['time.mov', []],
      ['rich.mp4', []],
    ] as const) {
      assert.deepEqual((await probeMedia(at(file), await clipTools)).leftOut, left);
    }
    const { report, output } = await passThrough(at('cover.mp4'), '.mp4', defaultEncoding, await clipTools);
    removeFolderOf(output);
    assert.deepEqual(report.warnings, ['the cover picture is left out']);
  });

  test('sound is left out when asked', async () => {
    const { output, report } = await passThrough(
      at('rich.mkv'),
      '.mkv',
      { ...defaultEncoding, skipAudio: true },
      await clipTools,
    );
    try {
      assert.equal(report.audio, 'none');
      assert.deepEqual(
        facts(output).streams.map(({ codec_name }) => codec_name),
        ['h264', 'subrip'],
      );
    } finally {
      removeFolderOf(output);
    }
  });

  for (const tools of generations) {
    test(`a film that was cut without encoding it anew keeps its last frame, with ffmpeg ${tools.ffmpeg.version}`, async () => {
      const encode = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-b_strategy', '0'];
      run('-f', 'lavfi', '-i', 'testsrc=size=96x64:rate=25:duration=2', ...encode, at('whole.mp4'));
      // Where frames refer to later ones, the cut leaves a gap before the last frame.
      run('-i', at('whole.mp4'), '-t', '1.04', '-c', 'copy', at('cut.mp4'));
      const encoding = { ...defaultEncoding, preset: 'veryfast' as const };
      const { info, result, output } = await passThrough(at('cut.mp4'), '.mp4', encoding, tools, 500);
      removeFolderOf(output);
      assert.ok(info.variableFrameRate, 'there is a gap');
      assert.equal(result.frames, info.frames);
    });
  }
});
